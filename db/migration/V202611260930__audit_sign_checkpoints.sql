-- Signed heads of the trees over the audit log, and the keys that sign them.

-- The private half is sealed by the tenant's key; the name is that under which the log is known outside, and stays.
create table audit_checkpoint_key (
    tenant_id   text collate "C" not null,
    key_id      text collate "C" not null,
    name        text collate "C" not null,
    public_key  bytea not null check (length(public_key) = 32),
    private_key bytea not null,
    created_at  timestamptz not null,
    primary key (tenant_id, key_id)
);
create unique index audit_checkpoint_key_one on audit_checkpoint_key (tenant_id);

create table audit_checkpoint (
    tenant_id text collate "C" not null,
    tree_size bigint not null,
    root      bytea not null check (length(root) = 32),
    note      text not null,
    signed_at timestamptz not null,
    primary key (tenant_id, tree_size)
);

alter table audit_checkpoint_key enable row level security;
alter table audit_checkpoint_key force row level security;
create policy tenant_isolation on audit_checkpoint_key
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
-- Only the seal ever changes.
grant select, insert on audit_checkpoint_key to scaivault_app;
grant update (private_key) on audit_checkpoint_key to scaivault_app;

alter table audit_checkpoint enable row level security;
alter table audit_checkpoint force row level security;
create policy tenant_isolation on audit_checkpoint
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_reads on audit_checkpoint for select to scaivault_worker using (true);
grant select, insert on audit_checkpoint to scaivault_app;
grant select on audit_checkpoint to scaivault_worker;
