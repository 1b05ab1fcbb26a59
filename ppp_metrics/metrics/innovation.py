"""Metrics of innovation: how far issues come, how fast, and what their solutions are worth."""

from __future__ import annotations

from ppp_metrics.language import msg
from ppp_metrics.metrics.metric import Metric

ISSUES = (
    Metric(
        id="issues_proposed_count",
        label=msg("Issues proposed"),
        definition=msg("Innovation issues proposed in the period."),
        unit="count", counts="issues", group="innovation",
        reads=("issues.proposed_date",),
        view="issue_facts", window="period", event="proposed_date",
    ),
    Metric(
        id="issues_accepted_count",
        label=msg("Issues accepted"),
        definition=msg("Innovation issues accepted in the period."),
        unit="count", counts="issues", group="innovation",
        needs=("issues.accepted_date",),
        view="issue_facts", window="period", event="accepted_date",
    ),
    Metric(
        id="solutions_delivered_count",
        label=msg("Issues with a first solution"),
        definition=msg("Issues whose first solution was delivered in the period."),
        unit="count", counts="issues", group="innovation",
        needs=("outcomes.delivered_date",),
        reads=("issues.proposed_date",),
        view="issue_facts", window="period", event="delivered_date",
    ),
    Metric(
        id="solutions_implemented_count",
        label=msg("Issues with a first solution in use"),
        definition=msg(
            "Issues whose first solution to be implemented was brought into use by the company, or made available to "
            "its users, in the period (Oslo Manual 2018)."
        ),
        unit="count", counts="issues", group="innovation",
        needs=("outcomes.implemented_date",),
        reads=("issues.proposed_date",),
        view="issue_facts", window="period", event="implemented_date",
    ),
    Metric(
        id="issues_open_count",
        label=msg("Issues open"),
        definition=msg("Issues accepted, not yet delivered and not closed, on the last day of the period."),
        unit="count", counts="issues", group="innovation",
        needs=("issues.accepted_date",),
        reads=("issues.closed_date", "outcomes.delivered_date"),
        view="issue_facts", window="stock", event="accepted_date",
        where="not is_delivered and closed_date is null",
    ),
    Metric(
        id="acceptance_rate_pct",
        label=msg("Acceptance rate"),
        definition=msg(
            "Issues accepted within 90 days of being proposed, as a share of the issues proposed in the four quarters "
            "that ended 90 days before the last day of the period."
        ),
        unit="pct", counts="issues", group="innovation",
        needs=("issues.accepted_date",),
        view="issue_facts", window="year_90", event="proposed_date",
        estimator="rate", numerator="accepted_date - proposed_date <= 90", min_n=5, tells="obligation",
    ),
    Metric(
        id="implementation_rate_pct",
        label=msg("Implementation rate"),
        definition=msg(
            "Issues of which a solution was implemented within 365 days of acceptance, as a share of the issues "
            "accepted in the four quarters that ended 365 days before the last day of the period. Result and effort "
            "obligations are reported apart; a total says its mix."
        ),
        unit="pct", counts="issues", group="innovation",
        needs=("issues.accepted_date", "outcomes.implemented_date"),
        view="issue_facts", window="matured", event="accepted_date",
        estimator="rate", numerator="implemented_date - accepted_date <= 365", min_n=5, tells="obligation",
    ),
    Metric(
        id="technical_question_10d_pct",
        label=msg("Technical questions answered in 10 working days"),
        definition=msg(
            "Technical questions of which the first answer came within 10 working days (Monday to Friday), as a share "
            "of those proposed in the four quarters that ended 14 days before the last day of the period."
        ),
        unit="pct", counts="issues", group="innovation",
        needs=("outcomes.delivered_date",),
        reads=("issues.proposed_date",),
        view="technical_questions", window="year_14", event="proposed_date",
        estimator="rate", numerator="working_days <= 10", min_n=5, tells="obligation",
    ),
    Metric(
        id="technical_question_median_days",
        label=msg("Median time to answer a technical question"),
        definition=msg(
            "Median number of days from proposal to first answer, over the technical questions that were answered in "
            "the four quarters that end with the period."
        ),
        unit="days", counts="issues", group="innovation",
        needs=("outcomes.delivered_date",),
        reads=("issues.proposed_date",),
        view="technical_questions", window="year", event="delivered_date",
        estimator="median", values=("answer_days",), min_n=10,
    ),
)  # fmt: skip

SURVIVAL = (
    Metric(
        id="implementation_12m_pct",
        label=msg("Implemented within 12 months"),
        definition=msg(
            "Cumulative incidence of implementation 365 days after acceptance, over all issues ever accepted (Aalen "
            "and Johansen 1978). Issues declined or stopped can no longer be implemented; issues still running count "
            "for as long as they could be followed. Empty where fewer than ten were accepted so long ago. The interval "
            "is on the log(-log) scale."
        ),
        unit="pct", counts="issues", group="innovation",
        needs=("issues.accepted_date", "outcomes.implemented_date"),
        reads=("issues.closed_date",),
        view="issue_facts", window="history", event="accepted_date",
        estimator="incidence", values=("implemented_date", "closed_date"), at_days=365, min_n=10, tells="obligation",
    ),
    Metric(
        id="implementation_24m_pct",
        label=msg("Implemented within 24 months"),
        definition=msg(
            "Cumulative incidence of implementation 730 days after acceptance, over all issues ever accepted (Aalen "
            "and Johansen 1978). Issues declined or stopped can no longer be implemented; issues still running count "
            "for as long as they could be followed. Empty where fewer than ten were accepted so long ago. The interval "
            "is on the log(-log) scale."
        ),
        unit="pct", counts="issues", group="innovation",
        needs=("issues.accepted_date", "outcomes.implemented_date"),
        reads=("issues.closed_date",),
        view="issue_facts", window="history", event="accepted_date",
        estimator="incidence", values=("implemented_date", "closed_date"), at_days=730, min_n=10, tells="obligation",
    ),
    Metric(
        id="median_days_to_implementation",
        label=msg("Median time to implementation"),
        definition=msg(
            "Days from acceptance until half of all issues ever accepted is implemented: the day on which the "
            "cumulative incidence of implementation reaches 50%. Empty where it never does."
        ),
        unit="days", counts="issues", group="innovation",
        needs=("issues.accepted_date", "outcomes.implemented_date"),
        reads=("issues.closed_date",),
        view="issue_facts", window="history", event="accepted_date",
        estimator="incidence", values=("implemented_date", "closed_date"), min_n=10, tells="obligation",
    ),
    Metric(
        id="median_days_to_delivery",
        label=msg("Median time to delivery"),
        definition=msg(
            "Days from acceptance until a first solution is delivered for half of all issues ever accepted: the day on "
            "which the cumulative incidence of delivery reaches 50%. Empty where it never does."
        ),
        unit="days", counts="issues", group="innovation",
        needs=("issues.accepted_date", "outcomes.delivered_date"),
        reads=("issues.closed_date",),
        view="issue_facts", window="history", event="accepted_date",
        estimator="incidence", values=("delivered_date", "closed_date"), min_n=10, tells="obligation",
    ),
    Metric(
        id="theme_comparison",
        label=msg("Themes compared"),
        definition=msg(
            "For each theme the implementation rate as it is; from five themes on shrunken towards that of all themes "
            "as far as chance may have made it differ (hierarchical beta-binomial model, Gelman et al. 2013), with the "
            "chance that it lies above the rate of all themes; the cumulative incidence after 12 months; and the rate "
            "adjusted for obligation, size class, kind of innovation and province (logistic regression, standardised "
            "over all issues). Where the rate and the adjusted rate lie on different sides of that of all themes, and "
            "further apart than by chance, the note says simpson."
        ),
        unit="pct", counts="issues", group="innovation",
        needs=("issues.accepted_date", "outcomes.implemented_date"),
        view="issue_facts", window="matured", event="accepted_date",
        estimator="comparison", numerator="implemented_date - accepted_date <= 365", min_n=5, tells="obligation",
    ),
)  # fmt: skip

VALUE = (
    Metric(
        id="new_to_market_pct",
        label=msg("Solutions new to the market"),
        definition=msg(
            "Solutions new to the market, as a share of the solutions with a known novelty that were implemented in "
            "the four quarters that end with the period."
        ),
        unit="pct", counts="outcomes", group="innovation",
        needs=("outcomes.implemented_date", "outcomes.novelty"),
        view="outcome_facts", window="year", event="implemented_date", known="novelty",
        estimator="rate", numerator="novelty = 'new_to_market'", min_n=5,
    ),
    Metric(
        id="value_created_eur",
        label=msg("Value created"),
        definition=msg(
            "Value in euros of the solutions that were implemented in the four quarters that end with the period, "
            "where it is known. Verified and self-reported value are told apart in the note."
        ),
        unit="eur", counts="outcomes", group="innovation",
        needs=("outcomes.implemented_date", "outcomes.value_eur"),
        view="outcome_facts", window="year", event="implemented_date", known="value_eur",
        estimator="sum", numerator="value_eur", tells="value_evidence",
    ),
    Metric(
        id="trl_gain_mean",
        label=msg("Gain in technology readiness"),
        definition=msg(
            "Mean of the technology readiness level (TRL 1-9) at the end minus that at the start, over the solutions "
            "delivered in the four quarters that end with the period of which both are known."
        ),
        unit="trl", counts="outcomes", group="innovation",
        needs=("issues.trl_start", "outcomes.trl_end"),
        view="outcome_facts", window="year", event="delivered_date", known="trl_gain",
        estimator="mean", values=("trl_gain",), min_n=10,
    ),
)  # fmt: skip

FUNNEL = (
    Metric(
        id="cohort_proposed_count",
        label=msg("Cohort: proposed"),
        definition=msg(
            "The cohort that is followed from proposal to use: issues proposed in the four quarters that ended 365 "
            "days before the last day of the period."
        ),
        unit="count", counts="issues", group="innovation",
        reads=("issues.proposed_date",),
        view="issue_facts", window="matured", event="proposed_date",
    ),
    Metric(
        id="cohort_accepted_count",
        label=msg("Cohort: accepted"),
        definition=msg("Issues of the cohort that were accepted, or came further, by the last day of the period."),
        unit="count", counts="issues", group="innovation", needs=("issues.accepted_date",),
        reads=("outcomes.delivered_date",),
        view="issue_facts", window="matured", event="proposed_date",
        where="accepted_date is not null or has_solution",
    ),
    Metric(
        id="cohort_delivered_count",
        label=msg("Cohort: delivered"),
        definition=msg(
            "Issues of the cohort with a solution delivered, or further than that, by the last day of the period."
        ),
        unit="count", counts="issues", group="innovation", needs=("issues.accepted_date", "outcomes.delivered_date"),
        reads=("issues.proposed_date",),
        view="issue_facts", window="matured", event="proposed_date", where="has_solution",
    ),
    Metric(
        id="cohort_implemented_count",
        label=msg("Cohort: implemented"),
        definition=msg("Issues of the cohort with a solution implemented by the last day of the period."),
        unit="count", counts="issues", group="innovation",
        needs=("issues.accepted_date", "outcomes.delivered_date", "outcomes.implemented_date"),
        reads=("issues.proposed_date",),
        view="issue_facts", window="matured", event="proposed_date", where="is_implemented",
    ),
    Metric(
        id="cohort_embedded_count",
        label=msg("Cohort: embedded"),
        definition=msg(
            "Issues of the cohort with a solution implemented by the last day of the period of which the status is "
            "embedded. No day is kept of that, so it is what was known of it when the report was made."
        ),
        unit="count", counts="issues", group="innovation",
        needs=("issues.accepted_date", "outcomes.delivered_date", "outcomes.implemented_date"),
        reads=("issues.proposed_date",),
        view="issue_facts", window="matured", event="proposed_date",
        where="is_implemented and status = 'embedded'",
    ),
)  # fmt: skip
