-- The worker finds versions that nobody may read any more and whose secret is under no policy that would destroy them. Whoever destroys them does so as their tenant.
create index secret_version_in_grace on secret_version (tenant_id, path, version) where readable_until is not null and destroyed_at is null;
grant select (tenant_id, path, version, readable_until, destroyed_at) on secret_version to scaivault_worker;
create policy worker_finds on secret_version for select to scaivault_worker using (readable_until is not null and destroyed_at is null);
grant select (path) on rotation_assignment to scaivault_worker;
