-- Whoever exports also reads back, and notes what lies in an archive. The tenant is the one whose export it is.
create policy tenant_appends on audit_archive for insert to scaivault_app
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant insert on audit_archive to scaivault_app;
