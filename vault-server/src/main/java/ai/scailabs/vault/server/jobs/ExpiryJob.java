package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.events.outbox.EventType;
import ai.scailabs.vault.events.outbox.ListeningTenants;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import ai.scailabs.vault.pki.acme.ManagedWarnings;
import ai.scailabs.vault.pki.inventory.CertificateWarnings;
import ai.scailabs.vault.secrets.lifecycle.SecretWarnings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has what is about to expire told, in the tenants where somebody listens for it. Of all instances the one with the lock does so; what a tenant's failure leaves is tried again with the next look. */
public final class ExpiryJob {
    private static final Logger LOG = LoggerFactory.getLogger(ExpiryJob.class);
    private static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0012L);
    private static final String FORGET = "delete from expiry_notice where expires_at < now() - interval '30 days'";

    private final DataSource worker;
    private final SecretWarnings secrets;
    private final CertificateWarnings certificates;
    private final ManagedWarnings managed;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public ExpiryJob(
            DataSource worker, SecretWarnings secrets, CertificateWarnings certificates, ManagedWarnings managed) {
        this.worker = worker;
        this.secrets = secrets;
        this.certificates = certificates;
        this.managed = managed;
    }

    /** One pass; safe to break off anywhere. */
    public void run() throws SQLException, InterruptedException {
        try (Connection connection = worker.getConnection()) {
            if (LOCK.take(connection)) {
                try {
                    tell(connection);
                } finally {
                    LOCK.release(connection);
                }
            }
        }
    }

    private void tell(Connection connection) throws SQLException, InterruptedException {
        try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
            statement.executeUpdate();
        }
        for (TenantId tenant : ListeningTenants.of(connection, EventType.SECRET_EXPIRING, EventType.SECRET_EXPIRED)) {
            JobLock.requireHeld(connection);
            tell(tenant, secrets::tell);
        }
        for (TenantId tenant : ListeningTenants.of(connection, EventType.CERTIFICATE_EXPIRING)) {
            JobLock.requireHeld(connection);
            tell(tenant, certificates::tell);
            tell(tenant, managed::tell);
        }
    }

    private static void tell(TenantId tenant, Consumer<TenantId> warnings) {
        try {
            warnings.accept(tenant);
        } catch (RuntimeException failure) {
            LOG.warn("what is about to expire in {} is not told yet", tenant, failure);
        }
    }
}
