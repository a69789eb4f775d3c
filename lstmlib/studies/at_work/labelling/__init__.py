"""Labelling the words of addresses: what is learnt on and judged on, simple methods, nets, and what nets get wrong."""
