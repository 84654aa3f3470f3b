package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.crypto.hsm.HsmKeys;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kms.guard.GuardedHsmKeys;
import ai.scailabs.vault.kms.pkcs11.Pkcs11Keys;
import ai.scailabs.vault.kms.pkcs11.Pkcs11Token;
import ai.scailabs.vault.server.jobs.BackgroundJobs;
import ai.scailabs.vault.server.metrics.MeteredHsmKeys;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HSM that holds keys of authorities, where one is configured: not even its classes are loaded where none is. It need not be there at the start; every other second it is asked whether it is. */
final class AuthorityHsm implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorityHsm.class);
    private static final Duration REST = Duration.ofSeconds(2);

    private final @Nullable GuardedHsmKeys keys;
    private final AutoCloseable keeper;
    private final @Nullable BackgroundJobs jobs;
    private volatile String problem = "";

    private AuthorityHsm(@Nullable GuardedHsmKeys keys, AutoCloseable keeper, @Nullable BackgroundJobs jobs) {
        this.keys = keys;
        this.keeper = keeper;
        this.jobs = jobs;
    }

    static AuthorityHsm open(@Nullable Pkcs11Token token, MeterRegistry registry) {
        if (token == null) {
            return new AuthorityHsm(null, () -> {}, null);
        }
        Pkcs11Keys connection = new Pkcs11Keys(token);
        GuardedHsmKeys guarded = new GuardedHsmKeys(new MeteredHsmKeys(connection, registry), token.label(), REST);
        Gauge.builder("scaivault.hsm.left.alone", guarded, one -> one.isLeftAlone() ? 1 : 0)
                .register(registry);
        BackgroundJobs jobs = new BackgroundJobs();
        AuthorityHsm opened = new AuthorityHsm(guarded, connection, jobs);
        opened.look();
        jobs.every(REST, REST, "hsm-probe", opened::look);
        return opened;
    }

    private void look() {
        if (keys == null) {
            return;
        }
        try {
            keys.probe();
            problem = "";
        } catch (VaultException unavailable) {
            if (problem.isEmpty()) {
                LOG.warn("the HSM for keys of certificate authorities: {}", reason(unavailable));
            }
            problem = "the HSM that holds keys of certificate authorities cannot be used";
        }
    }

    /** With paths and labels, for the log. */
    private static String reason(VaultException unavailable) {
        Throwable cause = unavailable.getCause();
        return String.valueOf(cause == null ? unavailable.getMessage() : cause.getMessage());
    }

    /** Null where none is configured. */
    @Nullable
    HsmKeys keys() {
        return keys;
    }

    /** Null where none is configured, empty while it serves. */
    @Nullable
    String problem() {
        return keys == null ? null : problem;
    }

    @Override
    public void close() throws Exception {
        if (jobs != null) {
            jobs.close();
        }
        keeper.close();
    }
}
