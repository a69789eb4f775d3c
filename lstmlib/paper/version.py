"""Which results belong together."""

# To be raised with every change that makes a trial come out differently: results of other versions are not mixed.
VERSION = 1
