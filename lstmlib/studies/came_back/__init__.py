"""What came back, beside LSTM and GRU, on parity, recall and a text: ``python -m lstmlib.studies.came_back``.

``layers`` holds the recurrences, ``nets`` the frame that all of them stand in, ``problems`` the three tasks; ``trials``
trains and judges, by the protocol of ``lstmlib.studies.protocol``, and keeps what came out under ``results``.
"""
