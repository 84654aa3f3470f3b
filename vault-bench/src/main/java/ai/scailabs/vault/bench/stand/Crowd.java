package ai.scailabs.vault.bench.stand;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/** An authority whose certificates are many, and all revoked: rows as issuing and revoking leave them, but for the certificates themselves, which nothing reads that is measured. */
final class Crowd {
    private Crowd() {}

    static void fill(Connection connection, String tenant, String role, int certificates) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(String.format(Locale.ROOT, """
                    insert into certificate (tenant_id, certificate_id, ca_id, ca_generation, serial, status, role, common_name, subject, sans, not_before,
                        not_after, certificate, created_at, created_by)
                    select r.tenant_id, ('01000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, r.ca_id, 1,
                        substr('\\x01'::bytea || sha256(i::text::bytea), 1, 20), 'revoked', r.name, 'n' || i || '.bench.test',
                        'CN=n' || i || '.bench.test', array['dns:n' || i || '.bench.test'], now() - interval '1 day',
                        now() + interval '30 days' + i * interval '1 second', decode(repeat('30', 500), 'hex'), now(), 'user:pki@bench.test'
                    from pki_role r, generate_series(1, %d) i where r.tenant_id = '%s' and r.name = '%s'
                    """, certificates, tenant, role));
            statement.execute(String.format(Locale.ROOT, """
                    insert into certificate_name (tenant_id, name, certificate_id)
                    select tenant_id, sans[1], certificate_id from certificate where tenant_id = '%s' and status = 'revoked'
                    """, tenant));
            statement.execute(String.format(Locale.ROOT, """
                    insert into certificate_revocation (tenant_id, ca_id, ca_generation, serial, certificate_id, reason, revoked_at, not_after, changed_at)
                    select tenant_id, ca_id, ca_generation, serial, certificate_id, 1 + (random() * 4)::int, now() - interval '2 hours', not_after,
                        now() - interval '2 hours'
                    from certificate where tenant_id = '%s' and status = 'revoked'
                    """, tenant));
            // None is made by itself while others are measured.
            statement.execute("update crl_schedule set due_at = now() + interval '1 hour', delay_ms = 3600000");
            statement.execute("vacuum analyze certificate");
            statement.execute("vacuum analyze certificate_revocation");
            statement.execute("vacuum analyze certificate_name");
        }
    }
}
