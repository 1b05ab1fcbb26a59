-- what tells of a person in a text that people write: `personal_data` names its kind, or is null. DuckDB's patterns look
-- neither ahead nor back, so that what may not stand beside a number is part of its pattern

-- few texts have any of it, so that one pass tells nearly all of these from a text that needs a look
create or replace temp macro needs_a_look(cell) as
    regexp_matches(cell, '@|://|(?i:www\.|[\[({<] ?(?:at|apen?staart))|\.[A-Za-z]{2,4}/|\d{4} ?[A-Za-z]{2}\b|\d(?:[^0-9A-Za-z]{0,4}\d){7}');

-- the same numbers with one kind of hyphen and space
create or replace temp macro with_plain_marks(cell) as
    regexp_replace(translate(cell, '‐‑‒–—−／', '------/'), '\s', ' ', 'g');

-- dates, amounts, and the numbers of books, journals, companies and projects have as many digits as a telephone number or a BSN
create or replace temp macro without_other_numbers(cell) as
    regexp_replace(
        regexp_replace(
            regexp_replace(
                cell,
                '\b\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d{2}\b|\b(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}\b'
                || '|(?i:\bIS[BS]N(?:-1[03])?:? ?\d[\d -]{6,15}[\dX]\b)'
                || '|(?i:\b(?:project|dossier|zaak|grant|contract|order|factuur)[ -]?(?:nummer|number|nr|no|agreement)?\.?:? ?#?\d{9,10}\b)'
                || '|(?i:\bk\.?v\.?k\.?[ -]*(?:nummer|nr\.?|no\.?)?:? ?\d{8}\b)',
                '#', 'g'
            ),
            '(?i:€|\$|£|\b(?:eur|euro|usd|nok|kr)\b\.?) ?\d{1,3}(?:[., '']\d{3})+(?:[.,]\d{1,2}\b|,-)?'
            || '|(?i:€|\$|£|\b(?:eur|euro|usd|nok|kr)\b\.?) ?\d+(?:[.,]\d+)?'
            || '|\b\d{1,3}(?:[., '']\d{3})+(?:,\d{1,2}|,-)? ?(?i:€|(?:euro?|mln|miljoen|million|mld|miljard|billion|kr|nok)\b)'
            || '|\b\d+(?:[.,]\d+)? ?(?i:€|(?:euro?|mln|miljoen|million|mld|miljard|billion|kr|nok)\b)',
            '#', 'g'
        ),
        '\b\d{1,3}(?:\.\d{3})+,\d{1,2}\b|\b\d{1,3}(?:\.\d{3}){3,}\b',
        '#', 'g'
    );

-- the eleven test of a BSN: nine digits times 9, 8, 7, 6, 5, 4, 3, 2 and -1 add up to a multiple of eleven
create or replace temp macro passes_eleven_test(digits) as
    digits != '000000000'
    and (
        9 * digits[1]::int + 8 * digits[2]::int + 7 * digits[3]::int + 6 * digits[4]::int + 5 * digits[5]::int
        + 4 * digits[6]::int + 3 * digits[7]::int + 2 * digits[8]::int - digits[9]::int
    ) % 11 = 0;

-- nine digits that stand alone, in the groups that people write; eight only where a word says that they are a BSN. What
-- stands between two numbers is doubled first: it ends the one and begins the other
create or replace temp macro has_bsn(cell) as
    len(list_filter(
        list_concat(
            regexp_extract_all(
                regexp_replace(cell, '([^0-9A-Za-z.,_-])', '\1\1', 'g'),
                '(?:^|[^0-9A-Za-z.,_-]|[^0-9A-Za-z][.,-]|(?i:bsn|nummer|nr)[ .:-]*)'
                || '(\d{9}|\d{3}[ .-]{1,2}\d{3}[ .-]{1,2}\d{3}|\d{4}[ .-]{1,2}\d{2}[ .-]{1,2}\d{3}'
                || '|\d{3}[ .-]{1,2}\d{2}[ .-]{1,2}\d{4}|\d{2}[ .-]{1,2}\d{3}[ .-]{1,2}\d{4}'
                || '|\d{3}(?:[ .-]{1,2}\d{2}){3}|(?:\d{2}[ .-]{1,2}){3}\d{3})'
                || '(?:$|[^0-9A-Za-z.,_-]|[.,-](?:$|[^0-9]))',
                1
            ),
            regexp_extract_all(
                cell, '(?i:\bbsn|burger ?service ?nummer|\bsofi-?(?:nummer|nr)?)[^0-9]{0,12}(\d{8})(?:$|[^0-9])', 1
            )
        ),
        lambda found: passes_eleven_test(lpad(regexp_replace(found, '[ .-]', '', 'g'), 9, '0'))
    )) > 0;

-- with its country's code, or as it is dialled within the Netherlands: 06 and eight digits, or an area's code and the rest
create or replace temp macro has_telephone_number(cell) as
    regexp_matches(
        cell,
        '(?:^|[^0-9A-Za-z.,_+-]|[^0-9A-Za-z][.,-]|(?i:tel|telefoon|phone|mobiel|mob|gsm|nummer|nr)[ .:-]*)(?:'
        || '(?:\+|00) ?31[ ./-]{0,3}(?:\(?0\)?[ ./-]{0,3})?[1-9](?:[ ./-]{0,3}\d){8}'
        || '|\+ ?[1-9](?:[ ./()-]{0,3}\d){8,14}'
        || '|00[1-9]\d{0,2}[ ./()-]{1,3}\d(?:[ ./()-]{0,3}\d){6,11}'
        || '|\(?06\)?[ ./-]{0,3}[1-9](?:[ ./-]{0,3}\d){7}'
        || '|\(?0(?:1[035]|2[0346]|3[03568]|4[03567]|5[03589]|7[0-9]|8[4578])\)?[ ./-]{0,3}[1-9](?:[ .-]?\d){6}'
        || '|\(?0[1-5]\d\d\)?[ ./-]{0,3}[1-9](?:[ .]?\d){5}'
        || ')(?:$|[^0-9A-Za-z_-]|-(?:$|[^0-9]))'
    );

-- 1234 AB with the number of a house behind it or before. Two letters behind four digits are a unit or a small word as
-- well: not where they are written as a postcode is, but 2020 EU 5 is a year
create or replace temp macro has_address(cell) as
    len(list_filter(
        list_concat(
            regexp_extract_all(cell, '(?:^|[^0-9A-Za-z.,-])([1-9]\d{3} ?[A-Za-z]{2})[ ,]+(?i:nr\.? ?|huisnr\.? ?)?\d{1,4}(?:$|[^0-9.,]|[.,](?:$|[^0-9]))', 1),
            regexp_extract_all(cell, '[A-Za-z.] \d{1,4}(?: ?-? ?[A-Za-z]| ?- ?\d{1,3})?,? +([1-9]\d{3} ?[A-Za-z]{2})(?:$|[^0-9A-Za-z])', 1)
        ),
        lambda code: not (
            (regexp_matches(code, '[a-z]') or regexp_matches(code, '^(?:19|20)\d\d ') or not regexp_matches(cell, '[a-z]'))
            and lower(code[-2:]) in (
                'en', 'in', 'op', 'te', 'de', 'of', 'om', 'al', 'zo', 'is', 'we', 'er', 'na', 'to', 'or', 'at', 'by', 'on',
                'an', 'as', 'it', 'og', 'av', 'eu', 'nl', 'be', 'uk', 'us', 'vs', 'ai', 'ha', 'mm', 'cm', 'dm', 'km',
                'kg', 'mg', 'kw', 'mw', 'gw', 'wh', 'kb', 'mb', 'gb', 'tb', 'hz', 'ml', 'cl', 'dl', 'st', 'jr', 'pk', 'kv'
            )
        )
    )) > 0;

create or replace temp macro has_email(cell) as
    regexp_matches(
        cell,
        '[0-9A-Za-z._%+\x{c0}-\x{10ffff}-] ?(?:@|[\[({<] ?(?i:at|apen?staart(?:je)?) ?[\])}>]) ?[0-9A-Za-z\x{c0}-\x{10ffff}-]+(?: ?(?:\.|[\[({<] ?(?i:dot|punt) ?[\])}>]) ?[0-9A-Za-z\x{c0}-\x{10ffff}-]+)*'
        || ' ?(?:\.|[\[({<] ?(?i:dot|punt) ?[\])}>]) ?[A-Za-z\x{c0}-\x{10ffff}]{2,}'
    );

-- a name of a site alone, such as that of a shop, is no address of a page
create or replace temp macro has_url(cell) as
    regexp_matches(cell, '(?i)[a-z]://[^ ]|\bwww\.[0-9A-Za-z\x{c0}-\x{10ffff}-]+\.[A-Za-z\x{c0}-\x{10ffff}]{2,}|[0-9A-Za-z\x{c0}-\x{10ffff}]\.(?:nl|com|org|eu|be|de|info|edu|gov|uk|fr|no|me)/[0-9A-Za-z\x{c0}-\x{10ffff}]');

create or replace temp macro kind_of_personal_data(cell) as
    case
        when has_email(cell) then 'email'
        when has_telephone_number(without_other_numbers(cell)) then 'telephone'
        when has_bsn(without_other_numbers(cell)) then 'bsn'
        when has_address(cell) then 'address'
        when has_url(cell) then 'url'
    end;

create or replace temp macro personal_data(cell) as
    case
        when needs_a_look(cell)
            then list_transform([with_plain_marks(cell)], lambda text: kind_of_personal_data(text))[1]
    end;

-- a text without that, as it is kept
create or replace temp macro without_personal_data(cell) as
    case when not needs_a_look(cell) or personal_data(cell) is null then cell end;
