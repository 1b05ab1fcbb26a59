-- text becomes typed values: each macro gives null where the text cannot be read, or could be read in two ways. DuckDB
-- takes what stands twice in a CASE out of it and does it for every row: what few cells need stands in a lambda

-- what a browser, a chat or a word processor leaves in a copied cell and nobody sees; joiners hold an emoji or a Persian
-- word together, and mean nothing beside a Latin letter or a digit
create or replace temp macro without_invisible(cell) as
    regexp_replace(
        regexp_replace(
            regexp_replace(
                nfc_normalize(cell),
                '[\x{ad}\x{34f}\x{180e}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{206f}\x{feff}]',
                '', 'g'
            ),
            '(^|[\x{00}-\x{24f}])[\x{200c}\x{200d}]+', '\1', 'g'
        ),
        '[\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]', ' ', 'g'
    );

-- text as it is kept, in one of the ways that Unicode has of writing it; null when nothing is left
create or replace temp macro trimmed(cell) as
    nullif(trim(without_invisible(cell), ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)), '');

-- plain ASCII from ink to ink is not copied: of a million rows nearly every cell
create or replace temp macro cleaned(cell) as
    case
        when cell is null then null
        when cell > '!' and cell < chr(127) and cell[-1] between '!' and '~' and strlen(cell) = length(cell) then cell
        else trimmed(cell)
    end;

-- the same, without the words for nothing that the pattern names. They begin with an n or a mark, so that most cells need
-- no look at it
create or replace temp macro filled(cell, nothing) as
    case
        when cell is null then null
        when cell >= '0' and cell < chr(127) and not (cell between 'N' and 'O' or cell between 'n' and 'o')
            and cell not between ':' and 'A' and cell[-1] between '!' and '~' and strlen(cell) = length(cell)
            then cell
        else nullif(regexp_replace(trimmed(cell), nothing, ''), '')
    end;

-- the same, whatever the words begin with
create or replace temp macro filled_by_list(cell, nothing) as
    nullif(regexp_replace(trimmed(cell), nothing, ''), '');

-- the twin of `folded` in model.py: a name as it is compared
create or replace temp macro folded(cell) as
    lower(regexp_replace(
        without_invisible(cell), '[\s\x{0b}\x{1c}-\x{1f}_\-*\x{2010}-\x{2015}\x{2212}\x{200c}\x{200d}]+', '', 'g'
    ));

-- what a spreadsheet shows where a formula failed, in English, Dutch and German
create or replace temp macro spreadsheet_error() as
    '^#(?i:REF!|VALUE!|NAME\?|NULL!|NUM!|N/A!?|DIV/0!|ERROR!|SPILL!|CALC!|FIELD!|GETTING_DATA|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!'
    || '|VERW!|WAARDE!|NAAM\?|LEEG!|GETAL!|N/B|DEEL/0!|OVERLOOP!|BEREKENEN!|VELD!|BEZUG!|WERT!|ZAHL!|NV|ÜBERLAUF!|#+)$';

create or replace temp macro is_spreadsheet_error(cell) as regexp_matches(cell, spreadsheet_error());

create or replace temp macro read_text(cell) as
    case when cell < '#' or cell >= '$' then cell else nullif(regexp_replace(cell, spreadsheet_error(), ''), '') end;

create or replace temp macro plausible_date(day) as
    case when year(day) between 1900 and 2199 then day end;

create or replace temp macro date_of(y, m, d) as
    try_cast(y || '-' || lpad(m, 2, '0') || '-' || lpad(d, 2, '0') as date);

-- the three numbers of 7/9/2026, 07-09-2026 or 7.9.2026, whatever the time behind it; all are empty for another text
create or replace temp macro day_and_month(cell) as
    regexp_extract(
        cell,
        '^(\d{1,2})([-./])(\d{1,2})[-./](\d{4})(?:,?[ T]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:[AaPp]\.?[Mm]\.?|Z|[+-]\d{2}:?\d{2}))?)?$',
        ['first', 'mark', 'second', 'year']
    );

-- does a date show by itself that the day comes first, or the month: 27/9 can only be the one, 9/27 the other
create or replace temp macro shows_day_first(part) as
    try_cast(part.first as int) between 13 and 31 and try_cast(part.second as int) between 1 and 12;

create or replace temp macro shows_month_first(part) as
    try_cast(part.first as int) between 1 and 12 and try_cast(part.second as int) between 13 and 31;

-- 9/7/2026 is a day in July to one reader and in September to another; 7/7/2026 is the same to both
create or replace temp macro is_ambiguous_date(part) as
    try_cast(part.first as int) between 1 and 12 and try_cast(part.second as int) between 1 and 12
    and try_cast(part.first as int) != try_cast(part.second as int);

-- order is 'dmy' or 'mdy' where other cells show it, 'both' where they show both, else null: then 7-9-2026 is a Dutch
-- date, and 9/7/2026 cannot be read
create or replace temp macro date_of_parts(part, order_shown) as
    case
        when order_shown = 'mdy' then date_of(part.year, part.first, part.second)
        when order_shown = 'dmy' or try_cast(part.first as int) = try_cast(part.second as int)
            then date_of(part.year, part.second, part.first)
        when order_shown = 'both' then case
            when try_cast(part.first as int) > 12 then date_of(part.year, part.second, part.first)
            when try_cast(part.second as int) > 12 then date_of(part.year, part.first, part.second)
        end
        when part.mark != '/' or try_cast(part.first as int) > 12 then date_of(part.year, part.second, part.first)
    end;

create or replace temp macro month_named(word) as
    (map {
        'jan': '1', 'feb': '2', 'mrt': '3', 'maa': '3', 'mar': '3', 'apr': '4', 'mei': '5', 'may': '5', 'jun': '6', 'jul': '7',
        'aug': '8', 'sep': '9', 'okt': '10', 'oct': '10', 'nov': '11', 'dec': '12'
    })[lower(word[:3])];

-- 1 juli 2026, 1-jul-2026, July 1, 2026
create or replace temp macro date_in_words(cell) as
    coalesce(
        date_of(
            regexp_extract(cell, '(\d{4})$', 1),
            month_named(regexp_extract(cell, '^\d{1,2}(?:\.|e|st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -]\d{4}$', 1)),
            regexp_extract(cell, '^(\d{1,2})', 1)
        ),
        date_of(
            regexp_extract(cell, '(\d{4})$', 1),
            month_named(regexp_extract(cell, '^([A-Za-z]{3,9})\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}$', 1)),
            regexp_extract(cell, '^[A-Za-z.]+ (\d{1,2})', 1)
        )
    );

create or replace temp macro read_rare_date(cell, order_shown) as
    case
        when regexp_full_match(
            cell,
            '\d{4}-\d{2}-\d{2}[ T]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?(Z|z|UTC|GMT|CET|CEST|[+-]\d{2}(:?\d{2})?))?'
        ) then try_cast(cell[:10] as date)
        when regexp_full_match(cell, '\d{4}[/.]\d{1,2}[/.]\d{1,2}')
            then date_of(cell[:4], regexp_extract(cell, '[/.](\d+)[/.]', 1), regexp_extract(cell, '(\d+)$', 1))
        when regexp_full_match(cell, '\d{8}') then date_of(cell[:4], cell[5:6], cell[7:8])
        when regexp_matches(cell, '[A-Za-z]{3}') then date_in_words(cell)
        else list_transform([day_and_month(cell)], lambda part: date_of_parts(part, order_shown))[1]
    end;

-- a moment is the day that is written, whatever its zone: that is the day in the sender's own administration
create or replace temp macro read_date(cell, order_shown) as
    plausible_date(case
        when cell is null then null
        when length(cell) = 10 and cell[5] = '-' then try_cast(cell as date)
        when cell[-5] = '-' and cell[-6] between '0' and '9' and order_shown is null then try_strptime(cell, '%d-%m-%Y')::date
        when cell[-5] in ('-', '/', '.') and cell[-6] between '0' and '9' and order_shown = 'dmy'
            then try_strptime(cell, ['%d-%m-%Y', '%d/%m/%Y', '%d.%m.%Y'])::date
        when cell[-5] in ('-', '/', '.') and cell[-6] between '0' and '9' and order_shown = 'mdy'
            then try_strptime(cell, ['%m-%d-%Y', '%m/%d/%Y', '%m.%d.%Y'])::date
        else list_transform([cell], lambda rare: read_rare_date(rare, order_shown))[1]
    end);

-- 46204 is the day 2026-07-01 as a spreadsheet counts days, or any other number
create or replace temp macro is_serial_date(cell) as
    try_cast(cell as double) between 20000 and 60000;

create or replace temp macro has_short_year(cell) as
    regexp_full_match(cell, '\d{1,2}[-./]\d{1,2}[-./]\d{2}');

create or replace temp macro without_spaced_thousands(cell) as
    case
        when regexp_full_match(cell, '-?\d{1,3}([ ''’]\d{3})+([.,]\d+)?') then regexp_replace(cell, '[ ''’]', '', 'g')
        else cell
    end;

-- a number without what stands around it when it is money, with one kind of minus and without spaces between thousands;
-- a price without cents is written 1.234,- and the minus of an administration stands behind
create or replace temp macro without_money_marks(cell) as
    list_transform(
        [regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        translate(cell, '−–', '--'),
                        '^([-+]?) *(?:€|(?i:euro?))? *([-+]?) *(.*?) *(?:€|(?i:euro?))?$', '\1\2\3'
                    ),
                    '([.,])(-{1,2}|—)$', '\100'
                ),
                '^([0-9][0-9.,'' ]*) ?-$', '-\1'
            ),
            '^\+', ''
        )],
        lambda bare: without_spaced_thousands(bare)
    )[1];

-- 1.300 is thirteen hundred to one reader and one point three to another
create or replace temp macro is_ambiguous_number(cell) as
    regexp_full_match(cell, '-?[1-9]\d{0,2}[.,]\d{3}');

-- does a number show by itself that its decimals stand behind a comma, or a point; a workbook writes a number with a
-- point whatever its cells show, so that there a point alone shows nothing
create or replace temp macro shows_comma(cell) as
    regexp_full_match(cell, '-?\d{1,3}(\.\d{3})+,\d+|-?\d{1,3}(\.\d{3}){2,}|-?\d*,\d+([eE][+-]?\d+)?')
    and not is_ambiguous_number(cell);

create or replace temp macro shows_point(cell, is_written) as
    regexp_full_match(cell, '-?\d{1,3}(,\d{3})+\.\d+|-?\d{1,3}(,\d{3}){2,}')
    or (is_written and regexp_full_match(cell, '-?\d*\.\d+([eE][+-]?\d+)?') and not is_ambiguous_number(cell));

-- decimal_mark is ',' or '.' where other cells show it
create or replace temp macro decimal_point(cell, decimal_mark) as
    case
        when is_ambiguous_number(cell) then case decimal_mark
            when ',' then replace(replace(cell, '.', ''), ',', '.')
            when '.' then replace(cell, ',', '')
        end
        when regexp_full_match(cell, '-?(\d+|\d*[.,]\d+)([eE][+-]?\d+)?') then replace(cell, ',', '.')
        when regexp_full_match(cell, '-?\d{1,3}(\.\d{3})+,\d+') then replace(replace(cell, '.', ''), ',', '.')
        when regexp_full_match(cell, '-?\d{1,3}(,\d{3})+\.\d+') then replace(cell, ',', '')
        when regexp_full_match(cell, '-?\d{1,3}(\.\d{3}){2,}') then replace(cell, '.', '')
        when regexp_full_match(cell, '-?\d{1,3}(,\d{3}){2,}') then replace(cell, ',', '')
    end;

create or replace temp macro finite(number) as
    case when isfinite(number) then number end;

create or replace temp macro read_number(cell, decimal_mark) as
    finite(try_cast(
        case
            when cell is null or regexp_full_match(cell, '-?\d+') then cell
            else list_transform([without_money_marks(cell)], lambda bare: decimal_point(bare, decimal_mark))[1]
        end
    as double));

create or replace temp macro whole(number) as
    case when number = floor(number) then try_cast(number as bigint) end;

create or replace temp macro read_integer(cell, decimal_mark) as whole(read_number(cell, decimal_mark));

create or replace temp macro read_boolean(cell) as
    case
        when folded(cell) in ('ja', 'yes', 'true', 'waar', '1') then true
        when folded(cell) in ('nee', 'no', 'false', 'onwaar', '0') then false
    end;

-- a quarter or a year as Period writes it
create or replace temp macro read_period(cell) as
    case
        when regexp_full_match(cell, '\d{4}(\.0+)?') then cell[:4]
        when regexp_full_match(cell, '\d{4}[ -]?[QqKk][1-4]') then cell[:4] || '-Q' || cell[-1]
        when regexp_full_match(cell, '[QqKk][1-4][ -]?\d{4}') then cell[-4:] || '-Q' || cell[2]
    end;

-- what stands in a cell for a registration number that there is not: words, noughts, one digit again and again
create or replace temp macro is_no_registration(cell) as
    not regexp_matches(cell, '[1-9]') or regexp_full_match(
        regexp_replace(cell, '[ .-]', '', 'g'), '1{4,}|2{4,}|3{4,}|4{4,}|5{4,}|6{4,}|7{4,}|8{4,}|9{4,}'
    );

-- letters and digits of the number itself; null for 1,23E+07, of which a spreadsheet has taken the last digits
create or replace temp macro read_registration(cell) as
    case when not regexp_full_match(upper(cell), '\d([.,]\d+)?E\+?\d+') and not is_spreadsheet_error(cell) then
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    upper(cell),
                    '^(?:K\.? ?V\.? ?K\.?|RSIN|COC|(?:HANDELS)?REGISTER|DOSSIER)[ -]*(?:NUMMER|NUMBER|NR|NO)?\.? *[:#]? *', ''
                ),
                '^(\d{6,})[.,]0+$', '\1'
            ),
            '[^0-9A-Z]', '', 'g'
        )
    end;

-- a Dutch number has eight digits, a Belgian one ten: a spreadsheet has taken the nought before them
create or replace temp macro national_registration(number, region_code) as
    case
        when region_code[:2] = 'NL' and regexp_full_match(number, '[1-9]\d{6}') then '0' || number
        when region_code[:2] = 'BE' and regexp_full_match(number, '(BE)?0?\d{9}') then lpad(replace(number, 'BE', ''), 10, '0')
        else number
    end;

-- HMAC-SHA256 (RFC 2104) of supplier, unit separator and id, 128 bits in hex
create or replace temp macro pseudonym(cell) as
    substr(sha256(
        getvariable('outer_key')
        || from_hex(sha256(getvariable('inner_key') || encode(getvariable('supplier') || chr(31) || cell)))
    ), 1, 32);
