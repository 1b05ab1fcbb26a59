"""Metrics of learning: who takes part, what they learn, and between whom learning runs."""

from __future__ import annotations

from ppp_metrics.language import msg
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.records.codes import LIFELONG_LEARNER_ROLES

PERSON = ("person_id",)
PAIR_OF_PEOPLE = ("person_a_id", "person_b_id")

PARTICIPATION = (
    Metric(
        id="participants_count",
        label=msg("Participants"),
        definition=msg("People who worked on an issue in the four quarters that end with the period."),
        unit="count", counts="people", group="learning",
        needs=("participations.participant_id",),
        reads=("participations.end_date",),
        view="participation_facts", window="year", per=PERSON, person=True, subjects=PERSON,
        where="start_date <= getvariable('window_end') and end_date >= getvariable('window_start')",
    ),
    Metric(
        id="lifelong_learners_count",
        label=msg("Lifelong learners"),
        definition=msg(
            "Teachers, researchers, experts, business developers, company employees and project managers who worked "
            "on an issue in the four quarters that end with the period."
        ),
        unit="count", counts="people", group="learning",
        needs=("participations.participant_id",),
        reads=("participations.end_date",),
        view="participation_facts", window="year", per=PERSON, person=True, subjects=PERSON,
        where="start_date <= getvariable('window_end') and end_date >= getvariable('window_start')",
        only=("role", LIFELONG_LEARNER_ROLES),
    ),
    Metric(
        id="learning_hours",
        label=msg("Learning hours"),
        definition=msg(
            "Hours that people worked on issues in the four quarters that end with the period, where they are known; "
            "the hours of a participation are spread evenly over its days."
        ),
        unit="hours", counts="people", group="learning",
        needs=("participations.hours",),
        reads=("participations.end_date",),
        view="participation_facts", window="year", person=True, subjects=PERSON,
        where="start_date <= getvariable('window_end') and end_date >= getvariable('window_start')", known="hours",
        estimator="sum", numerator="hours_in_window", n_of="person_id",
    ),
    Metric(
        id="matched_measurement_pct",
        label=msg("People measured before and after"),
        definition=msg(
            "People with a pair of measurements, before and after, as a share of the people with any measurement in "
            "the four quarters that end with the period. A pair lies where its later measurement lies."
        ),
        unit="pct", counts="people", group="learning",
        needs=("assessments.score",),
        view="measurements", window="year", event="assessed_date", per=PERSON, person=True, subjects=PERSON,
        estimator="rate", numerator="bool_or(is_matched)", min_n=5,
    ),
    Metric(
        id="value_cycle_reach_pct",
        label=msg("Reach of value cycles"),
        definition=msg(
            "People with a story in a cycle of value (Wenger, Trayner and De Laat 2011), as a share of the people "
            "with any story in the four quarters that end with the period; without a cycle, the average over the "
            "seven cycles."
        ),
        unit="pct", counts="people", group="learning",
        needs=("value_stories.cycle",),
        view="story_reach", window="year", event="story_date", per=("person_id", "cycle"), person=True, subjects=PERSON,
        estimator="rate", numerator="bool_or(is_reached)", n_of="person_id", min_n=5,
    ),
)  # fmt: skip

GAINS = (
    Metric(
        id="learning_gain_mean",
        label=msg("Learning gain"),
        definition=msg(
            "Mean of after minus before, in points of 100, over pairs of measurements completed in the four quarters "
            "that end with the period. A pair is one person, competence, design and issue (or none in particular): "
            "each measurement after with the last one before it, since the measurement after that came before. The "
            "interval is over people, each with all their pairs. Designs are never pooled."
        ),
        unit="points", counts="people", group="learning",
        needs=("assessments.score",),
        view="learning_pairs", window="year", event="measured_date", person=True, subjects=PERSON,
        estimator="mean", values=("gain",), n_of="person_id", min_n=10, one_design=True,
    ),
    Metric(
        id="learning_gain_g",
        label=msg("Learning gain, standardised"),
        definition=msg(
            "Hedges' g_av: the mean difference of after and before, divided by the average of their standard "
            "deviations, corrected for small numbers of people (Lakens 2013), over pairs of measurements completed in "
            "the four quarters that end with the period. The interval is over people, each with all their pairs. "
            "Designs are never pooled."
        ),
        unit="sd", counts="people", group="learning",
        needs=("assessments.score",),
        view="learning_pairs", window="year", event="measured_date", person=True, subjects=PERSON,
        estimator="hedges_g_av", values=("pre", "post"), n_of="person_id", min_n=10,
        one_design=True,
    ),
    Metric(
        id="improved_share_pct",
        label=msg("Share improved"),
        definition=msg(
            "Pairs of measurements with a gain of at least 5 points of 100, as a share of the pairs completed in the "
            "four quarters that end with the period. Designs are never pooled."
        ),
        unit="pct", counts="people", group="learning",
        needs=("assessments.score",),
        view="learning_pairs", window="year", event="measured_date", person=True, subjects=PERSON,
        estimator="rate", numerator="gain >= 5", n_of="person_id", min_n=5, one_design=True,
    ),
    Metric(
        id="learning_retention_pct",
        label=msg("Learning retained"),
        definition=msg(
            "Mean gain at the follow-up as a share of the mean gain right after, both from before, over pairs of "
            "measurements with a follow-up before the next measurement, in the four quarters that end with the period. "
            "Empty where the gain right after may be none: where its interval holds 0. The interval is over people, "
            "each with all their pairs. Designs are never pooled."
        ),
        unit="pct", counts="people", group="learning",
        needs=("assessments.score",),
        view="learning_pairs", window="year", event="followed_date", person=True, subjects=PERSON,
        estimator="ratio_of_means_pct", values=("lasting_gain", "gain"), n_of="person_id",
        min_n=10, one_design=True,
    ),
)  # fmt: skip

EXCHANGE = (
    Metric(
        id="learning_flow_count",
        label=msg("Flow of learning"),
        definition=msg(
            "Interactions in which one person helped another to learn, in the four quarters that end with the period: "
            "by the role of who gave and of who received."
        ),
        unit="count", counts="interactions", group="learning",
        needs=("interactions.giver_id",),
        view="interaction_facts", window="year", event="interaction_date",
        person=True, subjects=("giver_id", "receiver_id"), subjects_apart=True,
    ),
    Metric(
        id="mutual_learning_pct",
        label=msg("Mutual learning"),
        definition=msg(
            "Pairs of people who each helped the other to learn, as a share of the pairs with any interaction in the "
            "four quarters that end with the period. A pair is never cut: it counts, whole, in the region of either "
            "and for each issue on which they helped."
        ),
        unit="pct", counts="pairs of people", group="learning",
        needs=("interactions.giver_id",),
        view="interaction_facts", window="year", event="interaction_date", per=PAIR_OF_PEOPLE, stands_in="dyads",
        person=True, subjects=PAIR_OF_PEOPLE,
        estimator="rate", numerator="count(distinct giver_id) = 2", min_n=5,
    ),
    Metric(
        id="boundary_crossing_pct",
        label=msg("Boundary crossing"),
        definition=msg(
            "Pairs of people of whom one is on the education side and one on the company side, as a share of the "
            "pairs with any interaction and both sides known in the four quarters that end with the period. A pair is "
            "never cut: it counts, whole, in the region of either and for each issue on which they helped."
        ),
        unit="pct", counts="pairs of people", group="learning",
        needs=("interactions.giver_id",),
        view="interaction_facts", window="year", event="interaction_date", per=PAIR_OF_PEOPLE, stands_in="dyads",
        known="is_across", person=True, subjects=PAIR_OF_PEOPLE,
        estimator="rate", numerator="bool_or(is_across)", min_n=5,
    ),
    Metric(
        id="mutual_learning_across_pct",
        label=msg("Mutual learning across sides"),
        definition=msg(
            "Pairs who each helped the other to learn, as a share of the pairs of one person on the education side "
            "and one on the company side with any interaction in the four quarters that end with the period. A pair "
            "is never cut: it counts, whole, in the region of either and for each issue on which they helped."
        ),
        unit="pct", counts="pairs of people", group="learning",
        needs=("interactions.giver_id",),
        view="interaction_facts", window="year", event="interaction_date", per=PAIR_OF_PEOPLE, stands_in="dyads",
        where="is_across", person=True, subjects=PAIR_OF_PEOPLE,
        estimator="rate", numerator="count(distinct giver_id) = 2", min_n=5,
    ),
)  # fmt: skip
