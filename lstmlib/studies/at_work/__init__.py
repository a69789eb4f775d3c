"""What the part "At work" measured on real data: ``python -m lstmlib.studies.at_work PAGE``, resumable.

A page's study is a module, or a folder, of the data's name: what is asked, how it is judged, the methods that need no
net, the nets and their trials. For the forecasts, ``demand`` has the former and ``electricity`` the nets.
"""
