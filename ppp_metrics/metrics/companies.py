"""Metrics of companies and of cooperation: who proposes, what was agreed, who works together."""

from __future__ import annotations

from ppp_metrics.language import msg
from ppp_metrics.metrics.metric import Metric

COMPANIES = (
    Metric(
        id="companies_active_count",
        label=msg("Companies active"),
        definition=msg(
            "Companies with an issue that was accepted, open or delivered in the four quarters that end with the "
            "period. A company that two suppliers know by the same registration number counts once."
        ),
        unit="count", counts="companies", group="companies",
        needs=("issues.accepted_date", "partners.partner_type"),
        reads=("issues.closed_date", "outcomes.delivered_date"),
        view="company_issues", window="year", per=("organisation_id",),
        where="""accepted_date between getvariable('window_start') and getvariable('window_end')
                 or delivered_date between getvariable('window_start') and getvariable('window_end')
                 or (accepted_date <= getvariable('window_end')
                     and coalesce(least(delivered_date, closed_date), getvariable('as_of'))
                         >= getvariable('window_start'))""",
    ),
    Metric(
        id="companies_new_count",
        label=msg("Companies new"),
        definition=msg("Companies whose first issue ever was proposed in the period."),
        unit="count", counts="companies", group="companies",
        needs=("partners.partner_type",), reads=("issues.proposed_date",),
        view="company_issues", window="period", event="proposed_date", per=("organisation_id",),
        where="proposed_date = first_proposed_date",
    ),
    Metric(
        id="companies_returning_pct",
        label=msg("Companies returning"),
        definition=msg(
            "Companies that had already proposed an issue before, as a share of the companies that proposed one in the "
            "four quarters that end with the period; before is before these four quarters."
        ),
        unit="pct", counts="companies", group="companies",
        needs=("partners.partner_type",), reads=("issues.proposed_date",),
        view="company_issues", window="year", event="proposed_date", per=("organisation_id",), estimator="rate",
        numerator="bool_or(first_proposed_date < getvariable('window_start'))", min_n=5,
    ),
    Metric(
        id="sme_share_pct",
        label=msg("Share of SMEs"),
        definition=msg(
            "Micro, small and medium-sized companies (EU recommendation 2003/361), as a share of the companies of "
            "known size that proposed an issue in the four quarters that end with the period."
        ),
        unit="pct", counts="companies", group="companies",
        needs=("partners.partner_type", "partners.size_class"),
        reads=("issues.proposed_date",),
        view="company_issues", window="year", event="proposed_date", known="sme", per=("organisation_id",),
        estimator="rate", numerator="bool_or(sme = 'yes')", min_n=5,
    ),
    Metric(
        id="assignment_flow_pct",
        label=msg("Flow of assignments"),
        definition=msg(
            "Issues proposed under agreements that commit to a number of assignments, as a share of the assignments "
            "these committed to in the four quarters that end with the period, for the days that each was in force."
        ),
        unit="pct", counts="agreements", group="companies",
        needs=("agreements.assignments_per_year", "issues.agreement_id"),
        reads=("agreements.end_date",),
        view="agreement_flow", window="year", event="part_date", n_of="(supplier, agreement_id)",
        estimator="ratio", numerator="proposed_issues", denominator="committed_assignments",
    ),
    Metric(
        id="assignment_flow_cv_pct",
        label=msg("Variation in the flow of assignments"),
        definition=msg(
            "Standard deviation of the quarterly number of issues proposed, as a share of its mean, over the last "
            "eight quarters that were over on the last day of the period: lower is steadier. Quarters without any "
            "issue count as 0, from the first issue of the group on; at least four quarters are needed."
        ),
        unit="pct", counts="quarters", group="companies",
        reads=("issues.proposed_date",),
        view="issue_facts", window="two_years", event="proposed_date", estimator="variation", min_n=4,
    ),
    Metric(
        id="result_obligation_met_pct",
        label=msg("Result obligations met"),
        definition=msg(
            "Issues with a solution that the company accepted, as a share of the issues under a result obligation "
            "that were accepted in the four quarters that ended 365 days before the last day of the period."
        ),
        unit="pct", counts="issues", group="companies",
        needs=("issues.accepted_date", "outcomes.accepted_by_company"),
        reads=("issues.obligation",),
        view="issue_facts", window="matured", event="accepted_date", where="obligation = 'result'",
        estimator="rate", numerator="is_accepted_by_company", min_n=5,
    ),
    Metric(
        id="effort_learning_reached_pct",
        label=msg("Effort obligations with learning measured"),
        definition=msg(
            "Issues on which at least one participant was measured before and after, as a share of the issues under "
            "an effort obligation that were accepted in the four quarters that ended 365 days before the last day of "
            "the period. A measurement that names no issue counts for the issues its person worked on."
        ),
        unit="pct", counts="issues", group="companies",
        needs=("issues.accepted_date", "assessments.score"),
        reads=("issues.obligation",),
        view="issue_learning", window="matured", event="accepted_date", where="obligation = 'effort'",
        estimator="rate", numerator="has_learning_pair", min_n=5,
    ),
    Metric(
        id="quality_guarantee_pct",
        label=msg("Result agreements with a quality guarantee"),
        definition=msg(
            "Result agreements with a quality guarantee, as a share of the result agreements in force on the last day "
            "of the period."
        ),
        unit="pct", counts="agreements", group="companies",
        needs=("agreements.quality_guarantee",),
        reads=("agreements.end_date",),
        view="agreement_facts", window="stock", event="signed_date", where="is_in_force and obligation = 'result'",
        estimator="rate", numerator="has_quality_guarantee", min_n=5,
    ),
)  # fmt: skip

COOPERATION = (
    Metric(
        id="cofinancing_pct",
        label=msg("Co-financing by companies"),
        definition=msg(
            "Contributions of companies in cash and in kind, as a share of those of all members of partnerships on "
            "the last day of the period."
        ),
        unit="pct", counts="members", group="cooperation",
        needs=("memberships.cash_eur", "partners.partner_type"),
        reads=("memberships.in_kind_eur", "memberships.left_date"),
        view="membership_facts", window="stock", known="contribution_eur",
        estimator="ratio", numerator="if(is_company, contribution_eur, 0)", denominator="contribution_eur",
    ),
    Metric(
        id="cofinancing_cash_pct",
        label=msg("Co-financing by companies in cash"),
        definition=msg(
            "Contributions of companies in cash, as a share of the contributions in cash and in kind of all members "
            "of partnerships on the last day of the period: the cash part of the co-financing."
        ),
        unit="pct", counts="members", group="cooperation",
        needs=("memberships.cash_eur", "partners.partner_type"),
        reads=("memberships.in_kind_eur", "memberships.left_date"),
        view="membership_facts", window="stock", known="contribution_eur",
        estimator="ratio", numerator="if(is_company, cash_eur, 0)", denominator="contribution_eur",
    ),
    Metric(
        id="cross_role_issues_pct",
        label=msg("Issues with three roles or more"),
        definition=msg(
            "Issues on which people of at least three roles worked, as a share of the issues on which people worked "
            "in the four quarters that end with the period."
        ),
        unit="pct", counts="issues", group="cooperation",
        needs=("participations.participant_id",),
        reads=("participations.end_date",),
        view="issue_teams", window="year", estimator="rate", numerator="role_count >= 3", min_n=5,
    ),
    Metric(
        id="vocational_applied_cooperation_pct",
        label=msg("Vocational and applied education together"),
        definition=msg(
            "Issues on which people of a vocational institution and of a university of applied sciences worked, as a "
            "share of the issues on which people worked in the four quarters that end with the period."
        ),
        unit="pct", counts="issues", group="cooperation",
        needs=("participations.participant_id", "participants.partner_id", "partners.partner_type"),
        reads=("participations.end_date",),
        view="issue_teams", window="year", estimator="rate", numerator="has_vocational and has_applied", min_n=5,
    ),
    Metric(
        id="capability_coverage_pct",
        label=msg("Capabilities covered"),
        definition=msg(
            "Of the four capabilities (research, teacher professionalisation, business development, project "
            "management), the share that the education partners of a partnership bring on the last day of the period, "
            "averaged over partnerships."
        ),
        unit="pct", counts="partnerships", group="cooperation",
        needs=("capabilities.fte", "partners.partner_type"),
        reads=("capabilities.end_date", "memberships.left_date"),
        view="partnership_capabilities", window="stock",
        estimator="rate", numerator="is_brought", n_of="partnership", is_sample=False,
    ),
)  # fmt: skip
