-- The second lock of what is only added to: whatever somebody was granted, and whoever owns the table, rows that lie are not touched.

create function append_only_refusal() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    raise exception 'table % is append-only: % is refused for everybody', tg_table_name, lower(tg_op)
        using errcode = 'insufficient_privilege';
end
$$;
revoke execute on function append_only_refusal() from public;

-- Puts the lock on a table and all its partitions; again, it changes nothing. Triggers of statements, as those of rows know no truncate. ALWAYS, as
-- session_replication_role skips others. They are not inherited: what makes a partition puts the lock on it.
create function lock_append_only(locked regclass) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
declare
    member regclass;
begin
    for member in select p.relid from pg_partition_tree(locked) p union select locked loop
        execute format(
            'create or replace trigger append_only before update or delete or truncate on %s'
            ' for each statement execute function public.append_only_refusal()', member);
        execute format('alter table %s enable always trigger append_only', member);
    end loop;
end
$$;
revoke execute on function lock_append_only(regclass) from public;

-- As before, and locks what it makes.
create or replace function audit_create_partitions(months_ahead integer) returns integer
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    parent text;
    first_day date;
    partition_name text;
    made integer := 0;
begin
    foreach parent in array array['audit_log', 'audit_leaves'] loop
        for offset_months in 0 .. least(greatest(months_ahead, 0), 36) loop
            first_day := date_trunc('month', now() at time zone 'UTC')::date + make_interval(months => offset_months);
            partition_name := parent || '_' || to_char(first_day, 'YYYY_MM');
            if to_regclass('public.' || partition_name) is null then
                execute format(
                    'create table public.%I partition of public.%I for values from (%L) to (%L)',
                    partition_name,
                    parent,
                    first_day::text || ' 00:00:00+00',
                    (first_day + interval '1 month')::date::text || ' 00:00:00+00');
                execute format('alter table public.%I enable row level security', partition_name);
                execute format('alter table public.%I force row level security', partition_name);
                perform lock_append_only(format('public.%I', partition_name)::regclass);
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end
$$;

-- Ends the entries of a month of all tenants for whom they are over, and tells whose and how many. Where others keep theirs, these are written to a new partition that takes the place of the old; only then is the
-- table locked, for a moment. The leaves of the month end when nobody keeps entries of it, if what proofs of later leaves need of them lies in audit_node.
create function audit_retire(month date, default_days integer) returns table (retired_tenant text, retired_entries bigint)
    language plpgsql
    security definer
    set search_path = pg_catalog, public
    set lock_timeout = '5s'
as $$
declare
    entries text := 'audit_log_' || to_char(month, 'YYYY_MM');
    leaves text := 'audit_leaves_' || to_char(month, 'YYYY_MM');
    starts timestamptz := month::text || ' 00:00:00+00';
    ends timestamptz := (month + interval '1 month')::date::text || ' 00:00:00+00';
    keepers text[];
    fresh text := entries || '_kept';
begin
    if month <> date_trunc('month', month)::date or to_regclass('public.' || entries) is null then
        return;
    end if;
    create temporary table retired on commit drop as
        select a.tenant_id, count(*) as entry_count, audit_is_over(a.tenant_id, month, default_days) as over
        from public.audit_log a where a.occurred_at >= starts and a.occurred_at < ends group by a.tenant_id;
    select array_agg(r.tenant_id) into keepers from retired r where not r.over;
    if keepers is null and audit_is_over('', month, default_days) then
        if to_regclass('public.' || leaves) is not null then
            if exists (
                select from (
                    select l.tenant_id, max(l.first_index + l.leaf_count) as cut from public.audit_leaves l
                    where l.sequenced_at >= starts and l.sequenced_at < ends group by l.tenant_id) c,
                    generate_series(0, 7) as height
                where (c.cut >> height) & 1 = 1
                and not exists (
                    select from public.audit_node n
                    where n.tenant_id = c.tenant_id and n.height = height and n.node_index = (c.cut >> height) - 1)) then
                raise exception 'leaves of % are still needed for proofs', month;
            end if;
            execute format('drop table public.%I', leaves);
        end if;
        execute format('drop table public.%I', entries);
    elsif exists (select from retired r where r.over) then
        execute format('create table public.%I (like public.audit_log including defaults including constraints including indexes)', fresh);
        execute format('alter table public.%I add constraint kept_month check (occurred_at >= %L and occurred_at < %L)', fresh, starts, ends);
        execute format(
            'insert into public.%I (tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent,'
            ' success, error_code, duration_ms, request_id, extra_data, written_in)'
            ' select tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent,'
            ' success, error_code, duration_ms, request_id, extra_data, written_in'
            ' from public.audit_log where occurred_at >= %L and occurred_at < %L and tenant_id = any (%L)', fresh, starts, ends, keepers);
        execute format('alter table public.%I enable row level security', fresh);
        execute format('alter table public.%I force row level security', fresh);
        perform lock_append_only(format('public.%I', fresh)::regclass);
        execute format('drop table public.%I', entries);
        execute format('alter table public.%I rename to %I', fresh, entries);
        execute format('alter table public.audit_log attach partition public.%I for values from (%L) to (%L)', entries, starts, ends);
        execute format('alter table public.%I drop constraint kept_month', entries);
    end if;
    return query select r.tenant_id, r.entry_count from retired r where r.over;
end
$$;

revoke execute on function audit_retire(date, integer) from public;
grant execute on function audit_retire(date, integer) to scaivault_worker;

select lock_append_only(name::regclass) from unnest(array['audit_log', 'audit_leaves', 'audit_node', 'audit_checkpoint', 'audit_archive']) as t (name);
