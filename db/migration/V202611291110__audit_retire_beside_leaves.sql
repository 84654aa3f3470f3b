-- As before, and leaves that proofs need still stay by themselves: before, they kept all entries of the month, of every tenant. They end when what proofs need is kept.
create or replace function audit_retire(month date, default_days integer) returns table (retired_tenant text, retired_entries bigint)
    language plpgsql
    security definer
    set search_path = pg_catalog, public
    set lock_timeout = '5s'
    set timezone = 'UTC'
as $$
declare
    entries text := 'audit_log_' || to_char(month, 'YYYY_MM');
    leaves text := 'audit_leaves_' || to_char(month, 'YYYY_MM');
    starts timestamptz := month::text || ' 00:00:00+00';
    ends timestamptz := (month + interval '1 month')::date::text || ' 00:00:00+00';
    keepers text[];
    fresh text := entries || '_kept';
begin
    if month <> date_trunc('month', month)::date or (to_regclass('public.' || entries) is null and to_regclass('public.' || leaves) is null) then
        return;
    end if;
    create temporary table retired on commit drop as
        select a.tenant_id, count(*) as entry_count, audit_is_over(a.tenant_id, month, default_days) as over
        from public.audit_log a where a.occurred_at >= starts and a.occurred_at < ends group by a.tenant_id;
    select array_agg(r.tenant_id) into keepers from retired r where not r.over;
    if keepers is null and audit_is_over('', month, default_days) then
        if to_regclass('public.' || leaves) is not null and not exists (
            select from public.audit_leaves l, unnest(l.log_ids, l.occurred_at) as leaf (log_id, occurred_at)
            where l.sequenced_at >= starts and l.sequenced_at < ends and (leaf.occurred_at < starts or leaf.occurred_at >= ends)
            and exists (
                select from public.audit_log a
                where a.tenant_id = l.tenant_id and a.occurred_at = leaf.occurred_at and a.log_id = leaf.log_id)) then
            if exists (
                select from (
                    select l.tenant_id, max(l.first_index + l.leaf_count) as cut from public.audit_leaves l
                    where l.sequenced_at >= starts and l.sequenced_at < ends group by l.tenant_id) c,
                    generate_series(0, 7) as kept (height)
                where (c.cut >> kept.height) & 1 = 1
                and not exists (
                    select from public.audit_node n
                    where n.tenant_id = c.tenant_id and n.height = kept.height and n.node_index = (c.cut >> kept.height) - 1)) then
                raise warning 'leaves of % are still needed for proofs, and stay', month;
            else
                execute format('drop table public.%I', leaves);
            end if;
        end if;
        execute format('drop table if exists public.%I', entries);
    elsif exists (select from retired r where r.over) then
        execute format('create table public.%I (like public.audit_log including defaults including constraints including indexes)', fresh);
        execute format('alter table public.%I add constraint kept_month check (occurred_at >= %L and occurred_at < %L)', fresh, starts, ends);
        execute format(
            'insert into public.%I (tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent,'
            ' success, error_code, duration_ms, request_id, extra_data, written_in, request_apart)'
            ' select tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent,'
            ' success, error_code, duration_ms, request_id, extra_data, written_in, request_apart'
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
