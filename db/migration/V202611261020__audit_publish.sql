-- Checkpoints that were carried outside, and what witnesses said to them.

-- How far each place outside knows the tree of a tenant.
create table audit_checkpoint_push (
    tenant_id text collate "C" not null,
    place     text collate "C" not null,
    tree_size bigint not null,
    pushed_at timestamptz not null,
    primary key (tenant_id, place)
);

-- A witness signs a checkpoint when it follows from the one that it signed before.
create table audit_cosignature (
    tenant_id text collate "C" not null,
    tree_size bigint not null,
    witness   text collate "C" not null,
    line      text not null,
    signed_at timestamptz not null,
    primary key (tenant_id, tree_size, witness)
);

alter table audit_checkpoint_push enable row level security;
alter table audit_checkpoint_push force row level security;
create policy tenant_reads on audit_checkpoint_push for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_keeps on audit_checkpoint_push to scaivault_worker using (true) with check (true);
grant select on audit_checkpoint_push to scaivault_app;
grant select, insert, update (tree_size, pushed_at) on audit_checkpoint_push to scaivault_worker;

alter table audit_cosignature enable row level security;
alter table audit_cosignature force row level security;
create policy tenant_reads on audit_cosignature for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_reads on audit_cosignature for select to scaivault_worker using (true);
create policy worker_appends on audit_cosignature for insert to scaivault_worker with check (true);
grant select on audit_cosignature to scaivault_app;
grant select, insert on audit_cosignature to scaivault_worker;

select lock_append_only('audit_cosignature');
