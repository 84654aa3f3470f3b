package ai.scailabs.vault.server.tls;

import ai.scailabs.vault.api.listener.TlsIdentity;
import ai.scailabs.vault.api.listener.TlsListener;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.pki.serving.ServingCertificate;
import ai.scailabs.vault.pki.serving.ServingKey;
import ai.scailabs.vault.pki.serving.ServingVersion;
import ai.scailabs.vault.server.jobs.BackgroundJobs;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows new connections the newest version of a certificate that is renewed here, on every instance as soon as it looks. What cannot be shown leaves what is shown as it is: that is logged once, and stands in
 * {@link #problem}, which any thread may ask.
 */
public final class ManagedTls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedTls.class);

    private final List<ServingCertificate> places;
    private final TlsListener listener;
    private final Clock clock;
    private final LookEvery every;
    private final BackgroundJobs jobs = new BackgroundJobs();
    private @Nullable ServingVersion shown;
    private @Nullable Opened opened;
    private volatile String problem = "";

    /** @param places where the certificate may be; it is in one of them at most */
    public ManagedTls(List<ServingCertificate> places, TlsListener listener, Clock clock, LookEvery every) {
        this.places = List.copyOf(places);
        this.listener = listener;
        this.clock = clock;
        this.every = every;
    }

    /**
     * Has it shown before the port opens, and looks for newer versions from then on.
     *
     * @throws StartupRefusal when it cannot be shown, and there is nothing else to be
     */
    public void start() {
        look();
        if (listener.shown().isEmpty()) {
            throw new StartupRefusal(List.of("TLS_MANAGED_CERTIFICATE cannot be served: the managed certificate "
                    + problem + "; set TLS_CERT_FILE and TLS_KEY_FILE for what is to be served until it can"));
        }
        jobs.every(every.interval(), every.interval(), "managed-tls", this::look);
    }

    /** Why the newest version is not shown, or what is wrong with the one that is; empty when all is well. */
    public String problem() {
        return problem;
    }

    void look() {
        String found = "";
        Exception cause = null;
        try {
            follow();
        } catch (UnservedCertificate unserved) {
            found = String.valueOf(unserved.getMessage());
        } catch (VaultException failure) {
            found = "cannot be read: " + failure.code().code();
        } catch (RuntimeException defect) {
            found = "cannot be read";
            cause = defect;
        }
        if (!found.equals(problem)) {
            tell(found, cause);
        }
        problem = found;
    }

    private void tell(String found, @Nullable Exception cause) {
        String shows = listener.shown().map(ManagedTls::said).orElse("nothing");
        if (found.isEmpty()) {
            LOG.info("the managed certificate is as it should be; TLS shows {}", shows);
        } else {
            LOG.warn("the managed certificate {}; TLS shows {}", found, shows, cause);
        }
    }

    private void follow() throws UnservedCertificate {
        ServingCertificate place = null;
        ServingVersion newest = null;
        for (ServingCertificate each : places) {
            Optional<ServingVersion> found = each.newest();
            if (found.isPresent()) {
                place = each;
                newest = found.get();
                break;
            }
        }
        if (place == null || newest == null) {
            throw new UnservedCertificate("is not there: the tenant has none of that id, or it was not issued yet");
        }
        requireGood(newest);
        if (shown != null && shown.isSameAs(newest)) {
            return;
        }
        // Once for a version, however often it is tried: each time is an entry of the audit log.
        if (opened == null || !opened.version().isSameAs(newest)) {
            opened = Opened.of(newest, place.open(newest));
        }
        TlsIdentity identity = opened.identity();
        if (identity == null) {
            throw new UnservedCertificate(opened.refusal());
        }
        if (!listener.use(identity)) {
            throw new UnservedCertificate("cannot be used by the listener");
        }
        shown = newest;
        opened = null;
        LOG.info(
                "TLS shows version {} of {}: {}",
                newest.number(),
                Ids.text("cert_", newest.certificate()),
                said(identity.leaf()));
    }

    private void requireGood(ServingVersion version) throws UnservedCertificate {
        Instant now = clock.instant();
        if (version.revoked()) {
            throw new UnservedCertificate("is revoked, or on hold");
        }
        if (!now.isBefore(version.notAfter())) {
            throw new UnservedCertificate("expired at " + version.notAfter());
        }
        if (now.isBefore(version.notBefore())) {
            throw new UnservedCertificate("does not count before " + version.notBefore());
        }
        if (version.keyId() == null) {
            throw new UnservedCertificate(
                    "has no key here: its role does not keep keys, or its request came from outside");
        }
    }

    private static String said(X509Certificate certificate) {
        return "names " + names(certificate) + ", number "
                + certificate.getSerialNumber().toString(16) + ", valid until "
                + certificate.getNotAfter().toInstant();
    }

    private static String names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? certificate.getSubjectX500Principal().getName()
                    : String.join(
                            " ",
                            names.stream()
                                    .map(name -> String.valueOf(name.get(1)))
                                    .toList());
        } catch (CertificateParsingException unreadable) {
            return certificate.getSubjectX500Principal().getName();
        }
    }

    /** @param identity absent when TLS is not spoken by it, whenever that is tried */
    private record Opened(ServingVersion version, @Nullable TlsIdentity identity, String refusal) {
        static Opened of(ServingVersion version, ServingKey key) {
            try {
                return new Opened(version, ServableIdentity.of(key), "");
            } catch (UnservedCertificate never) {
                return new Opened(version, null, String.valueOf(never.getMessage()));
            }
        }
    }

    @Override
    public void close() {
        jobs.close();
    }
}
