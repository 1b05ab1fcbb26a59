-- text becomes typed values: each macro gives null where the text cannot be read, or could be read in two ways

-- text without white space around it; null when nothing is left
create or replace temp macro trimmed(cell) as
    nullif(trim(cell, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), '');

-- the same, but a cell that begins and ends with ink is not copied: of a million rows nearly every one
create or replace temp macro cleaned(cell) as
    case
        when cell > '!' and cell < chr(127) and cell[-1] between '!' and '~' then cell
        else trimmed(cell)
    end;

-- the twin of `folded` in model.py: a name as it is compared
create or replace temp macro folded(cell) as
    lower(regexp_replace(nfc_normalize(cell), '[\s_\-*]+', '', 'g'));

create or replace temp macro plausible_date(day) as
    case when year(day) between 1900 and 2199 then day end;

create or replace temp macro read_date(cell) as
    plausible_date(coalesce(
        case when length(cell) = 10 and substr(cell, 5, 1) = '-' then try_cast(cell as date) end,
        try_strptime(cell, [
            '%d-%m-%Y', '%d-%m-%Y %H:%M', '%d-%m-%Y %H:%M:%S',
            '%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S',
            '%d/%m/%Y', '%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S',
            '%Y-%m-%d %H:%M', '%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M:%S.%f', '%Y-%m-%dT%H:%M:%S'
        ])::date
    ));

-- 1.300 is thirteen hundred to one reader and one point three to another
create or replace temp macro is_ambiguous_number(cell) as
    regexp_full_match(cell, '-?[1-9]\d{0,2}[.,]\d{3}');

create or replace temp macro decimal_point(cell) as
    case
        when regexp_full_match(cell, '-?\d+') then cell
        when regexp_full_match(cell, '-?\d+[.,]\d+') and not is_ambiguous_number(cell) then replace(cell, ',', '.')
        when regexp_full_match(cell, '-?\d{1,3}(\.\d{3})+,\d+') then replace(replace(cell, '.', ''), ',', '.')
        when regexp_full_match(cell, '-?\d{1,3}(,\d{3})+\.\d+') then replace(cell, ',', '')
        when regexp_full_match(cell, '-?\d{1,3}(\.\d{3}){2,}') then replace(cell, '.', '')
        when regexp_full_match(cell, '-?\d{1,3}(,\d{3}){2,}') then replace(cell, ',', '')
        when regexp_full_match(cell, '-?\d+(\.\d+)?[eE][+-]?\d+') then cell
    end;

-- spaces between thousands and a euro sign are how money is written, not part of the number
create or replace temp macro without_money_marks(cell) as
    case
        when regexp_full_match(cell, '(€\s*)?-?\d{1,3}([ \x{a0}\x{202f}]\d{3})*([.,]\d+)?(\s*€)?')
            then regexp_replace(cell, '[ \x{a0}\x{202f}€]', '', 'g')
        else regexp_replace(cell, '^€\s*', '')
    end;

create or replace temp macro read_number(cell) as
    case
        when regexp_full_match(cell, '-?\d+') then try_cast(cell as double)
        else try_cast(decimal_point(without_money_marks(cell)) as double)
    end;

create or replace temp macro whole(number) as
    case when number = floor(number) then try_cast(number as bigint) end;

create or replace temp macro read_integer(cell) as whole(read_number(cell));

create or replace temp macro read_boolean(cell) as
    case
        when folded(cell) in ('ja', 'yes', 'true', 'waar', '1') then true
        when folded(cell) in ('nee', 'no', 'false', 'onwaar', '0') then false
    end;

-- HMAC-SHA256 (RFC 2104) of supplier, unit separator and id, 128 bits in hex
create or replace temp macro pseudonym(cell) as
    substr(sha256(
        getvariable('outer_key')
        || from_hex(sha256(getvariable('inner_key') || encode(getvariable('supplier') || chr(31) || cell)))
    ), 1, 32);
