"""What the part "At work" measured on real data: ``python -m lstmlib.studies.at_work``, resumable.

``demand`` says what is forecast from what, and holds the simple methods; ``electricity`` the nets and their trials.
"""
