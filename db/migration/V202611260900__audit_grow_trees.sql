-- A tree of hashes over the log of each tenant, in the order in which its entries became known, so that whoever kept its root can tell whether anything was changed.

-- The transaction that wrote the entry. Of all below the oldest that is open nothing can appear any more: so far the sequencer may go. Entries of before have 0.
alter table audit_log add column written_in bigint not null default 0;
alter table audit_log alter column written_in set default txid_current();
create index audit_log_written_in on audit_log (written_in);

-- Nobody says himself when an entry was written.
revoke insert on audit_log from scaivault_app, scaivault_audit, scaivault_worker;
grant insert (tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent, success, error_code,
    duration_ms, request_id, extra_data) on audit_log to scaivault_app, scaivault_audit, scaivault_worker;

-- The sequencer reads what everybody did, to hash it.
grant select on audit_log to scaivault_worker;
create policy worker_reads on audit_log for select to scaivault_worker using (true);

-- The leaves that one step of the sequencer appended for a tenant: their hashes one behind the other, and which entries they are.
create table audit_leaves (
    tenant_id    text collate "C" not null,
    first_index  bigint not null,
    leaf_count   integer not null check (leaf_count > 0),
    hashes       bytea not null,
    log_ids      uuid[] not null,
    occurred_at  timestamptz[] not null,
    sequenced_at timestamptz not null default now(),
    primary key (tenant_id, first_index, sequenced_at),
    check (length(hashes) = 32 * leaf_count and cardinality(log_ids) = leaf_count and cardinality(occurred_at) = leaf_count)
) partition by range (sequenced_at);
-- An entry is told by its id, and that by about its time.
create index audit_leaves_sequenced_at on audit_leaves (tenant_id, sequenced_at);
-- Hashes do not get smaller.
alter table audit_leaves alter column hashes set storage external;
alter table audit_leaves alter column log_ids set storage external;

-- Subtrees that are complete, of the heights 8, 16, 24 and so on; and those that are left of leaves that are kept no longer.
create table audit_node (
    tenant_id  text collate "C" not null,
    height     smallint not null,
    node_index bigint not null,
    hash       bytea not null check (length(hash) = 32),
    primary key (tenant_id, height, node_index)
);

-- Where each tree ends now. Follows from the leaves; kept so that the next can be appended.
create table audit_tree_head (
    tenant_id    text collate "C" primary key,
    tree_size    bigint not null,
    frontier     bytea not null,
    sequenced_at timestamptz not null
);

alter table audit_leaves enable row level security;
alter table audit_leaves force row level security;
create policy tenant_reads on audit_leaves for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_reads on audit_leaves for select to scaivault_worker using (true);
create policy worker_appends on audit_leaves for insert to scaivault_worker with check (true);
grant select on audit_leaves to scaivault_app;
grant select, insert on audit_leaves to scaivault_worker;

alter table audit_node enable row level security;
alter table audit_node force row level security;
create policy tenant_reads on audit_node for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_reads on audit_node for select to scaivault_worker using (true);
create policy worker_appends on audit_node for insert to scaivault_worker with check (true);
grant select on audit_node to scaivault_app;
grant select, insert on audit_node to scaivault_worker;

alter table audit_tree_head enable row level security;
alter table audit_tree_head force row level security;
create policy tenant_reads on audit_tree_head for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_keeps on audit_tree_head to scaivault_worker using (true) with check (true);
grant select on audit_tree_head to scaivault_app;
grant select, insert, update on audit_tree_head to scaivault_worker;

-- How far the sequencer is: every transaction below was looked at. The base is what a database that was restored elsewhere adds to its own numbers, which began anew.
create table audit_sequence (
    singleton boolean primary key default true check (singleton),
    position  bigint not null,
    base      bigint not null,
    -- entries of before the position may lack their leaves
    recount   boolean not null default false
);
insert into audit_sequence (position, base) values (0, 0);
grant select, update (position, recount) on audit_sequence to scaivault_worker;

-- Of a database that was restored from a dump: transactions are numbered on from where the log ended, so that the order of numbers stays that of time. Tells the new base.
create function audit_number_on(last_number bigint) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    new_base bigint;
begin
    -- Whoever is writing an entry ends first, under the old numbers; whoever comes later has the new.
    lock table public.audit_log in access exclusive mode;
    select greatest(s.position, last_number) + 1 - txid_current() into new_base from public.audit_sequence s;
    execute format('alter table public.audit_log alter column written_in set default txid_current() + %L::bigint', new_base);
    update public.audit_sequence set base = new_base, recount = true;
    return new_base;
end
$$;
revoke execute on function audit_number_on(bigint) from public;
grant execute on function audit_number_on(bigint) to scaivault_worker;

-- Makes the partitions from this month on that do not exist yet, of the log and of the leaves. Nobody has rights on a partition itself.
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
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end
$$;

select audit_create_partitions(12);
