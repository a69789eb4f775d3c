"""What gates do: twelve things that are said about them, each as a measure that was fixed before a gate was looked at.

*Nets.* Ten of each kind, with the settings that the pages chose: the character nets of ``text``, the CTC nets of
``handwriting``, which read from both ends, the nets of ``music`` with keys in turn, and LSTMs of 16 cells that say how
much the S&P 500 will vary tomorrow. For each there is an untrained net of the same seed.

*Places.* Each claim names one gate and the places at which it should act. Every place has a partner, drawn without
replacement from the comparison places of the same stratum, so that what is compared doesn't differ in what is read. At
most 1,000 pairs are drawn, once, and they are the same for all nets unless the claim is about what a net says.

- language, forget: "resets subject memory when a new sentence begins". The three steps at which a net reads ``.``,
  ``!`` or ``?``, a space or a line break, and a capital; not in a line that names who speaks. Partners: ``,``, ``;`` or
  ``:``, a space or a line break, and a capital. Strata: the space or break, and the capital.
- language, input: "captures important nouns". The last two letters of a noun in small letters, of three letters or
  more, and the sign after it. Partners: the same of other words. Strata: length up to 8, last letter, sign. There is no
  tagger; ``language.nouns`` has the rule, and neither it nor a gate can say which nouns are important.
- language, output: "reveals grammatical context". The space after one of a fixed list of function words, which say what
  kind of word may come. Partners: the space after another word. Strata: length up to 6, last letter.
- prices, forget: "discards outdated patterns". Days whose return is at least twice what an exponentially weighted mean
  of squares, with 0.94, expects. Partners: days on which it is at most once that. Strata: tenth of the absolute return,
  and its sign; so the same return is new at the one and nothing new at the other.
- prices, input: "stores significant changes". The tenth of days with the largest absolute return. Partners: days below
  the median. Strata: fifth of the expected volatility, and the sign.
- prices, output: "outputs relevant history". The fifth of days on which the logarithm of the expected volatility is
  farthest from its mean, so that history says something that the mean doesn't. Partners: the two fifths nearest to it.
  Strata: fifth of the absolute return, and its sign.
- music, forget: "clears at phrase boundaries". The two steps at which a net reads the last chord under a fermata and
  the first chord of the next phrase. Partners: two steps inside a phrase, no fermata within two chords of them. Strata:
  quarters in the bar, the first chord's beat, whether it is that of the step before, and which semitones above its bass
  sound. Fermatas and bars stand in the scores; the nets read neither.
- music, input: "records motifs". The five steps that read a motif's first occurrence: five notes of the soprano, a
  quarter apart and within a phrase, whose four intervals, two of them or more not 0, come again in the same chorale
  after they have ended. Partners: such patterns that come once and share no note with a motif. Strata: quarters in the
  bar, the last note's beat, and the last interval.
- music, output: "reveals rhythmic context". Steps after which a strong beat comes: the first of a bar, and the third of
  four. Partners: those after which a weak beat comes. Both inside phrases. Strata: quarters in the bar, whether the
  chord that is read is that of the step before, and which semitones above its bass sound.
- handwriting, forget: "resets at character boundaries". A digit's last point and the next two, for the cells that read
  from the front; for the others a digit's first point and the two before it. Partners: three points in a row inside a
  digit. Strata: direction of the middle one's stroke, in eight, and which third of the string.
- handwriting, input: "stores distinctive strokes". Points whose direction is at least twice as frequent at this tenth
  of this digit as at this tenth of all digits, counted over the strings that are learnt from. Partners: points at which
  it is at most as frequent. Strata: direction and tenth.
- handwriting, output: "outputs identity". The first point at which a net says a digit, in a string that it reads
  rightly, if it lies inside the digit. Partners: points inside digits at which it says nothing. Strata: direction and
  tenth. The untrained net is looked at in the same places.

*Measures*, each one number a net.

- Activation: the gate at the places less at their partners, mean over pairs and cells. Over a window of several steps
  it is the mean of input or output gates, and the product of forget gates: the share of the old content that is left.
- Cells: the share of cells whose gate tells places from partners in the direction of the claim, with an area under the
  ROC curve of at least 0.75 on the first half of the pairs and again on the second, where the one-sided p of Mann and
  Whitney, times the number of cells, must be below 0.05.
- Clamp: the loss that is added when the gate of all cells is held at each cell's mean for the window, at the places
  less at their partners: in bits over the next 20 characters, in nats of CTC's loss of a string (one window a string),
  in nats over the next eight chords, or in QLIKE over the next ten days.

Beside the verdict on rhythm, which it can't change, a linear probe says the beat of the chord to come, 1 to 4, in the
chorales whose bars have four quarters: by least squares from a gate of all cells, on the validation part, judged on the
test part. It is asked of all three gates, of learnt and untrained nets, of the chord that is read, and with the beats
of each chorale shuffled.

*Judgement.* Over ten nets: the mean and its 95 percent interval by Student's t; for activation and clamp the two-sided
one-sample t test, for cells Mann and Whitney's test against the untrained nets. Holm's correction goes over the twelve
claims, for each measure; those about music were fixed and tested after the other nine. A claim

- holds, if activation goes its way with p below 0.05 and by at least a tenth of a gate's range, and the clamp costs
  more at its places than at their partners, with p below 0.05;
- holds in some cells, if that isn't so, but there are more such cells in learnt nets than in untrained ones, with p
  below 0.05, and at least one of them in eight of ten nets;
- doesn't hold otherwise. Whether activation goes the other way, with p below 0.05, is said beside it.
"""

from pathlib import Path


def run(folder: Path) -> None:
    """Train and measure what isn't stored yet: ten nets of each kind.

    Args:
        folder: where the results are.
    """
    from lstmlib.studies.at_work.gates import record

    record.run(folder)
