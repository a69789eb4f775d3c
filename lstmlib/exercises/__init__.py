"""The checks that the chapters' exercises call: each prints what is right in an answer and what is not yet.

from lstmlib.exercises.sequences import check_elman_step
check_elman_step(my_function)
"""
