-- the records of one supplier, made up by hashing row numbers: the same numbers give the same records every time.
-- variables: load_id, supplier (one letter), issues, partners, people and agreements (how many of each)

create or replace temp macro part(number, salt, parts) as (hash(number, salt) % parts)::int;
create or replace temp macro chance(number, salt, percent) as hash(number, salt) % 100 < percent;
create or replace temp macro one_of(number, salt, choices) as choices[1 + part(number, salt, len(choices))];
-- issues come in as their numbers run, over eight years, a season earlier or later
create or replace temp macro day_of(number, salt) as
    date '2018-10-01' + (number * 2922 // getvariable('issues') + part(number, salt, 90))::int - 45;
create or replace temp macro known(day) as if(day <= date '2026-11-20', day, null);
-- some companies come again and again: the square of a share is small more often than large
create or replace temp macro company(number) as
    'c' || (50 * floor(pow(part(number, 'company', 1000000) / 1e6, 2) * getvariable('partners') / 50)
    + 1 + part(number, 'neighbour', 49))::int;
create or replace temp macro school(number) as 'c' || (50 * part(number, 'school', getvariable('partners') // 50));
create or replace temp macro person(number) as
    substr(md5(getvariable('supplier') || (number % getvariable('people'))), 1, 32);

insert into history.themes by name
select
    't' || i as theme_code,
    'Theme ' || i as name_en,
    'Thema ' || i as name_nl,
    if(i > 6, 't' || (1 + i % 6), null) as parent_code,
    getvariable('load_id') as load_id, 1 as source_id, i + 1 as source_row
from range(1, 31) as r(i);

insert into history.partnerships by name
select
    getvariable('supplier') || 'p' || i as partnership_id,
    'Partnership ' || i as name,
    (select list(region_code order by region_code) from reference_regions where region_code like 'NL%' and level = '2')
        [1 + i % 12] as region_code,
    one_of(i, 'programme', ['coe', 'civ', 'cove', 'field_lab', 'other']) as programme,
    if(chance(i, 'phase', 90), one_of(i, 'phase', ['start', 'develop', 'validate', 'expand', 'sustain']), null) as phase,
    date '2018-01-01' as start_date,
    getvariable('load_id') as load_id, 2 as source_id, i + 1 as source_row
from range(1, 16) as r(i);

insert into history.partners by name
select
    'c' || i as partner_id,
    'Organisation ' || i as name,
    case
        when i % 50 = 0 then one_of(i, 'type', ['university_of_applied_sciences', 'vocational_institution'])
        when i % 50 = 1 then 'public_body'
        else 'company'
    end as partner_type,
    if(chance(i, 'size', 90), one_of(i, 'size_class', ['micro', 'small', 'medium', 'large']), null) as size_class,
    if(chance(i, 'sector', 90), one_of(i, 'sector_code', ['A', 'C', 'F', 'G', 'J', 'M', 'Q']), null) as sector_code,
    -- one company in ten is known to all suppliers
    case
        when i % 10 = 3 then (10000000 + i)::varchar
        when i % 2 = 0 then (20000000 * getvariable('load_id') + i)::varchar
    end as registration_number,
    areas.codes[1 + part(i, 'region', len(areas.codes))] as region_code,
    getvariable('load_id') as load_id, 3 as source_id, i + 2 as source_row
from range(0, getvariable('partners')) as r(i)
cross join (
    select list(region_code order by region_code) as codes
    from reference_regions
    where region_code like 'NL%' and level = '3'
) as areas;

insert into history.memberships by name
select
    getvariable('supplier') || 'p' || (1 + i % 15) as partnership_id,
    if(chance(i, 'kind', 30), school(i), company(i)) as partner_id,
    if(i < 15, 'lead', 'member') as member_role,
    date '2018-01-01' + part(i, 'joined', 2900) as joined_date,
    if(chance(i, 'left', 20), date '2026-01-01' + part(i, 'left_date', 300), null) as left_date,
    if(chance(i, 'cash', 80), 1000.0 * part(i, 'cash_eur', 50), null) as cash_eur,
    if(chance(i, 'in_kind', 80), 500.0 * part(i, 'in_kind_eur', 50), null) as in_kind_eur,
    getvariable('load_id') as load_id, 4 as source_id, i + 2 as source_row
from range(0, getvariable('partners')) as r(i);

insert into history.capabilities by name
select
    'c' || (50 * (i // 4)) as partner_id,
    ['research', 'teacher_professionalisation', 'business_development', 'project_management'][1 + i % 4] as capability,
    part(i, 'fte', 5)::double as fte,
    date '2020-01-01' as start_date,
    if(chance(i, 'end', 20), date '2026-06-30', null) as end_date,
    getvariable('load_id') as load_id, 5 as source_id, i + 2 as source_row
from range(0, 4 * (getvariable('partners') // 50)) as r(i);

insert into history.workplaces by name
select
    getvariable('supplier') || 'w' || i as workplace_id,
    getvariable('supplier') || 'p' || (1 + i % 15) as partnership_id,
    'Workplace ' || i as name,
    one_of(i, 'type', ['lab', 'field_lab', 'living_lab', 'digital_workplace', 'community_of_practice']) as workplace_type,
    date '2018-01-01' as opened_date,
    getvariable('load_id') as load_id, 6 as source_id, i + 1 as source_row
from range(1, 101) as r(i);

insert into history.agreements by name
select
    'a' || i as agreement_id,
    getvariable('supplier') || 'p' || (1 + part(i, 'partnership', 15)) as partnership_id,
    company(i) as partner_id,
    date '2018-01-01' + part(i, 'signed', 3000) as signed_date,
    if(chance(i, 'end', 80), signed_date + 365 + part(i, 'days', 1000), null) as end_date,
    one_of(i, 'obligation', ['result', 'effort']) as obligation,
    if(chance(i, 'guarantee', 80), chance(i, 'quality', 60), null) as quality_guarantee,
    if(chance(i, 'commits', 70), 1.0 + part(i, 'assignments', 20), null) as assignments_per_year,
    getvariable('load_id') as load_id, 7 as source_id, i + 1 as source_row
from range(1, getvariable('agreements') + 1) as r(i);

insert into history.issues by name
select
    'i' || i as issue_id,
    company(i) as partner_id,
    't' || (1 + part(i, 'theme', 30)) as theme_code,
    if(chance(i, 'issue_type', 85), 'assignment', 'technical_question') as issue_type,
    if(chance(i, 'kind', 90), one_of(i, 'innovation_type', ['product', 'process', 'service']), null) as innovation_type,
    'Title of issue ' || i as title,
    if(chance(i, 'partnership', 90), getvariable('supplier') || 'p' || (1 + part(i, 'which', 15)), null)
        as partnership_id,
    if(chance(i, 'workplace', 70), getvariable('supplier') || 'w' || (1 + part(i, 'place', 100)), null) as workplace_id,
    if(chance(i, 'agreement', 50), 'a' || (1 + part(i, 'under', getvariable('agreements'))), null) as agreement_id,
    if(chance(i, 'obligation', 70), one_of(i, 'result', ['result', 'effort']), null) as obligation,
    day_of(i, 'proposed') as proposed_date,
    if(chance(i, 'accepted', 85), known(proposed_date + 5 + part(i, 'wait', 120)), null) as accepted_date,
    if(chance(i, 'started', 90), known(accepted_date + part(i, 'start', 60)), null) as started_date,
    if(chance(i, 'closed', 12), known(coalesce(started_date, proposed_date) + part(i, 'close', 300)), null)
        as closed_date,
    case
        when closed_date is not null then if(accepted_date is null, 'declined', 'stopped')
        when started_date is not null then 'in_progress'
        when accepted_date is not null then 'accepted'
        else 'proposed'
    end as status,
    if(chance(i, 'trl', 80), 1 + part(i, 'trl_start', 5), null) as trl_start,
    getvariable('load_id') as load_id, 8 as source_id, i + 1 as source_row
from range(1, getvariable('issues') + 1) as r(i);

insert into history.outcomes by name
with delivered as (
    select *, substr(issue_id, 2)::bigint as i
    from history.issues
    where load_id = getvariable('load_id') and accepted_date is not null and closed_date is null
),

solutions as (
    select *, unnest(if(chance(i, 'second', 15), [1, 2], [1])) as number
    from delivered
    where chance(i, 'delivered', 88)
)

select
    'o' || i || '-' || number as outcome_id,
    issue_id,
    -- a technical question is answered within days
    accepted_date + if(issue_type = 'assignment', 30 + part(i, number || 'days', 400), part(i, number || 'days', 20))
        as delivered_date,
    if(chance(i, number || 'used', 55), known(delivered_date + part(i, number || 'use', 400)), null)
        as implemented_date,
    if(chance(i, number || 'judged', 80), chance(i, number || 'accepted', 75), null) as accepted_by_company,
    if(chance(i, number || 'kind', 80), innovation_type, null) as innovation_type,
    if(chance(i, number || 'known', 80), one_of(i, number || 'novelty', ['new_to_firm', 'new_to_market']), null)
        as novelty,
    if(chance(i, number || 'trl', 80), 3 + part(i, number || 'trl_end', 7), null) as trl_end,
    if(chance(i, number || 'valued', 60), 100.0 * part(i, number || 'value', 5000), null) as value_eur,
    if(value_eur is null, 'none', one_of(i, number || 'evidence', ['self_reported', 'verified'])) as value_evidence,
    one_of(i, number || 'owner', ['company', 'student', 'institution', 'shared']) as ip_owner,
    getvariable('load_id') as load_id, 9 as source_id, source_row
from solutions
where delivered_date <= date '2026-11-20';

insert into history.participants by name
select
    person(i) as participant_id,
    case
        when part(i, 'role', 100) < 55 then 'student'
        else one_of(i, 'other', ['teacher', 'researcher', 'expert', 'business_developer', 'company_employee'])
    end as role,
    case
        when chance(i, 'employer', 10) then null
        when role in ('student', 'teacher', 'researcher') then school(i)
        else company(i)
    end as partner_id,
    if(chance(i, 'eqf', 80), 3 + part(i, 'eqf_level', 5), null) as eqf_level,
    getvariable('load_id') as load_id, 10 as source_id, i + 2 as source_row
from range(0, getvariable('people')) as r(i);

insert into history.participations by name
with numbered as (
    select i, 1 + i * getvariable('issues') // (3 * getvariable('people')) as issue
    from range(0, 3 * getvariable('people')) as r(i)
)

select
    person(hash(i, 'person')) as participant_id,
    'i' || issue as issue_id,
    day_of(issue, 'proposed') + part(i, 'start', 150) as start_date,
    if(chance(i, 'ended', 90), start_date + 20 + part(i, 'end', 200), null) as end_date,
    if(chance(i, 'counted', 90), 10.0 + part(i, 'hours', 200), null) as hours,
    getvariable('load_id') as load_id, 11 as source_id, i + 2 as source_row
from numbered;

insert into history.assessments by name
with measured as (
    select i, unnest(['pre', 'post', 'follow_up']) as moment
    from range(0, getvariable('people')) as r(i)
)

select
    person(i) as participant_id,
    one_of(i, 'competence', ['research', 'cooperation', 'entrepreneurship']) as competence_code,
    if(chance(i, 'design', 85), 'pre_post', 'retrospective') as design,
    moment,
    date '2018-10-01' + part(i, 'assessed', 2500) + case moment when 'pre' then 0 when 'post' then 120 else 300 end
        as assessed_date,
    1 + part(i, moment || 'score', 4) + if(moment = 'pre', 0, 1) as score,
    1 as scale_min,
    if(chance(i, 'scale', 90), 5, 10) as scale_max,
    if(chance(i, 'on_issue', 60), 'i' || (1 + part(i, 'issue', getvariable('issues'))), null) as issue_id,
    if(chance(i, 'partnership', 60), getvariable('supplier') || 'p' || (1 + part(i, 'which', 15)), null)
        as partnership_id,
    getvariable('load_id') as load_id, 12 as source_id, i + 2 as source_row
from measured
where chance(i, moment, case moment when 'follow_up' then 25 else 80 end);

insert into history.interactions by name
select
    person(2 * part(i, 'pair', getvariable('people') // 2) + i % 2) as giver_id,
    person(2 * part(i, 'pair', getvariable('people') // 2) + 1 - i % 2 + if(chance(i, 'else', 40), 2, 0))
        as receiver_id,
    date '2018-10-01' + part(i, 'day', 2900) as interaction_date,
    if(chance(i, 'on_issue', 80), 'i' || (1 + part(i, 'issue', getvariable('issues'))), null) as issue_id,
    one_of(i, 'kind', ['advice', 'feedback', 'instruction', 'co_creation']) as kind,
    getvariable('load_id') as load_id, 13 as source_id, i + 2 as source_row
from range(0, 2 * getvariable('people')) as r(i);

insert into history.value_stories by name
select
    person(i) as participant_id,
    getvariable('supplier') || 'p' || (1 + part(i, 'which', 15)) as partnership_id,
    one_of(i, 'cycle', ['immediate', 'potential', 'applied', 'realized', 'reframing', 'strategic', 'enabling']) as cycle,
    date '2018-10-01' + part(i, 'day', 2900) as story_date,
    chance(i, 'consent', 70) as consent,
    'Story ' || i as story,
    getvariable('load_id') as load_id, 14 as source_id, i + 2 as source_row
from range(0, getvariable('people'), 2) as r(i);
