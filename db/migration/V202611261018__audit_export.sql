-- Exports of the audit log to buckets: what was asked for, how far it is, and what was written.

create table audit_export (
    tenant_id        text collate "C" not null references tenant,
    export_id        text collate "C" not null,
    status           text collate "C" not null check (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
    -- what was asked for; never changed
    format           text collate "C" not null check (format in ('JSONL', 'CSV')),
    continuous       boolean not null,
    from_at          timestamptz,
    to_at            timestamptz,
    filters          jsonb not null,
    destination      jsonb not null,
    object_lock      text collate "C" not null check (object_lock in ('NONE', 'GOVERNANCE', 'COMPLIANCE')),
    file_entries     integer not null check (file_entries > 0),
    -- the secret, and in whose right it is read
    credentials_path text collate "C",
    mandate          text,
    created_by       text collate "C" not null,
    created_at       timestamptz not null,
    -- the entry that tells of it: the tree must hold it before the export begins
    created_entry    uuid not null,
    estimated        bigint not null,
    -- the part that is being written: a whole export, with its own proof and manifest. There is one, of a continuous export one after the other
    part             integer not null default 1,
    phase            text collate "C" not null default 'BEGIN' check (phase in ('BEGIN', 'ENTRIES', 'PROOF', 'MANIFEST')),
    tree_size        bigint,
    checkpoint       text,
    log_key          text,
    range_from       bigint,
    range_to         bigint,
    next_index       bigint not null default 0,
    next_file        integer not null default 1,
    part_entries     bigint not null default 0,
    part_missing     bigint not null default 0,
    part_began_at    timestamptz,
    part_ended_at    timestamptz,
    retain_until     timestamptz,
    -- of all parts
    entries          bigint not null default 0,
    missing          bigint not null default 0,
    files            bigint not null default 0,
    bytes            bigint not null default 0,
    parts            integer not null default 0,
    -- grows with every step, so that none is done twice
    revision         bigint not null default 1,
    -- in a row, since when, and when it is tried again
    failures         integer not null default 0,
    failing_since    timestamptz,
    retry_at         timestamptz,
    held_up          text collate "C",
    error_code       text collate "C",
    started_at       timestamptz,
    finished_at      timestamptz,
    touched_at       timestamptz not null,
    primary key (tenant_id, export_id),
    check (continuous or to_at is not null)
);
create index audit_export_open on audit_export (touched_at) where status in ('PENDING', 'RUNNING');

-- The objects that are there. The selection says which of the indexes it spans an entries file holds, until the proof is written.
create table audit_export_file (
    tenant_id   text collate "C" not null,
    export_id   text collate "C" not null,
    part        integer not null,
    name        text collate "C" not null,
    kind        text collate "C" not null check (kind in ('ENTRIES', 'PROOF', 'MANIFEST')),
    entries     bigint not null,
    bytes       bigint not null,
    sha256      text collate "C" not null,
    locked      boolean not null,
    span_from   bigint not null,
    span_to     bigint not null,
    first_index bigint,
    end_index   bigint,
    selection   bytea,
    written_at  timestamptz not null,
    primary key (tenant_id, export_id, part, name),
    foreign key (tenant_id, export_id) references audit_export
);
alter table audit_export_file alter column selection set storage extended;

alter table audit_export enable row level security;
alter table audit_export force row level security;
create policy tenant_isolation on audit_export
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update on audit_export to scaivault_app;

-- The worker finds what is to be done. It changes nothing: that is done as the tenant whose log is exported.
grant select (tenant_id, export_id, status, continuous, phase, retry_at, created_at, part_began_at, finished_at, touched_at, held_up) on audit_export to scaivault_worker;
create policy worker_finds on audit_export for select to scaivault_worker using (true);

alter table audit_export_file enable row level security;
alter table audit_export_file force row level security;
create policy tenant_isolation on audit_export_file
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
-- Of parts of long ago nothing is kept but what the bucket holds.
grant select, insert, update (selection), delete on audit_export_file to scaivault_app;
