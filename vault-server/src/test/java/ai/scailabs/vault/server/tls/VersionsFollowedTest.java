package ai.scailabs.vault.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.api.listener.TlsFiles;
import ai.scailabs.vault.api.listener.TlsListener;
import ai.scailabs.vault.api.listener.UnusableTlsFile;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.pki.serving.ServingCertificate;
import ai.scailabs.vault.pki.serving.ServingKey;
import ai.scailabs.vault.pki.serving.ServingVersion;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.testkit.TestAuthority;
import ai.scailabs.vault.testkit.TestAuthority.Issued;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is shown when a version follows, and when it does not. */
class VersionsFollowedTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("serving");
    private static final Instant NOW = Instant.now();
    private static final UUID ID = new UUID(1, 1);

    private final Place place = new Place();
    private final Logger logger = (Logger) LoggerFactory.getLogger(ManagedTls.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Level before = logger.getLevel();

    private Instant now = NOW;
    private TlsListener listener;
    private ManagedTls tls;

    @BeforeEach
    void open() throws UnusableTlsFile {
        listener = new TlsListener(new TlsFiles(null, null, null, null));
        tls = new ManagedTls(List.of(new Place(), place), listener, clock(() -> now), LookEvery.USUAL);
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
    }

    @AfterEach
    void close() {
        logger.detachAppender(log);
        logger.setLevel(before);
        tls.close();
    }

    @Test
    void withoutAnythingToShow_thereIsNoStart() {
        assertThatThrownBy(tls::start).isInstanceOf(StartupRefusal.class).hasMessageContaining("is not there");
        place.failure = new VaultException(ErrorCode.KMS_UNAVAILABLE, "away");
        assertThatThrownBy(tls::start)
                .isInstanceOf(StartupRefusal.class)
                .hasMessageContaining("cannot be read: kms_unavailable");
    }

    @Test
    void next_isShown_andOpenedOnce() {
        Issued first = place.has(1, AUTHORITY.server("first"));
        tls.look();
        tls.look();
        assertThat(shown()).isEqualTo(first.certificate());
        Issued second = place.has(2, AUTHORITY.server("second"));
        tls.look();
        tls.look();
        assertThat(shown()).isEqualTo(second.certificate());
        assertThat(place.opened).isEqualTo(2);
        assertThat(tls.problem()).isEmpty();
    }

    @Test
    void failure_keepsWhatIsShown_andIsLoggedOnce() {
        Issued first = place.has(1, AUTHORITY.server("first"));
        tls.look();
        Issued second = place.has(2, AUTHORITY.server("second"));
        place.failure = new VaultException(ErrorCode.KMS_UNAVAILABLE, "away");
        tls.look();
        tls.look();
        tls.look();
        assertThat(shown()).isEqualTo(first.certificate());
        assertThat(tls.problem()).isEqualTo("cannot be read: kms_unavailable");
        assertThat(warnings()).hasSize(1);
        place.failure = null;
        tls.look();
        assertThat(shown()).isEqualTo(second.certificate());
        assertThat(tls.problem()).isEmpty();
    }

    @Test
    void defect_isLoggedWithItsCause() {
        place.failure = new IllegalStateException("a defect");
        tls.look();
        assertThat(tls.problem()).isEqualTo("cannot be read");
        assertThat(warnings())
                .singleElement()
                .satisfies(event ->
                        assertThat(event.getThrowableProxy().getMessage()).isEqualTo("a defect"));
    }

    @Test
    void nextThatDoesNotCount_isNotEvenOpened() {
        Issued first = place.has(1, AUTHORITY.server("first"));
        tls.look();
        for (ServingVersion bad : List.of(
                version(2, NOW.minusSeconds(9), NOW, "key", false),
                version(2, NOW.plusSeconds(1), NOW.plusSeconds(9), "key", false),
                version(2, NOW.minusSeconds(9), NOW.plusSeconds(9), "key", true),
                version(2, NOW.minusSeconds(9), NOW.plusSeconds(9), null, false))) {
            place.newest = bad;
            tls.look();
            assertThat(tls.problem()).isNotEmpty();
            assertThat(shown()).isEqualTo(first.certificate());
        }
        assertThat(place.opened).isEqualTo(1);
    }

    /** Each time it is opened its tenant's log has an entry. */
    @Test
    void nextThatTlsIsNotSpokenBy_isOpenedOnce() {
        Issued first = place.has(1, AUTHORITY.server("first"));
        tls.look();
        place.has(2, AUTHORITY.client("second"));
        tls.look();
        tls.look();
        assertThat(tls.problem()).contains("not for servers");
        Issued third = AUTHORITY.server("third");
        place.has(3, new Issued(third.certificate(), AUTHORITY.server("other").key()));
        tls.look();
        tls.look();
        assertThat(tls.problem()).contains("does not belong to the key");
        assertThat(shown()).isEqualTo(first.certificate());
        assertThat(place.opened).isEqualTo(3);
        place.has(3, third);
        place.newest = version(4, NOW.minusSeconds(9), NOW.plusSeconds(9), "key", false);
        tls.look();
        assertThat(shown()).isEqualTo(third.certificate());
    }

    @Test
    void whatIsShownAndOver_goesOn_andIsTold() {
        Issued first = place.has(1, AUTHORITY.server("first"));
        tls.look();
        now = NOW.plus(Duration.ofDays(1));
        tls.look();
        assertThat(tls.problem()).startsWith("expired at");
        assertThat(shown()).isEqualTo(first.certificate());
    }

    private X509Certificate shown() {
        return listener.shown().orElseThrow();
    }

    private List<ILoggingEvent> warnings() {
        return log.list.stream().filter(event -> event.getLevel() == Level.WARN).toList();
    }

    private static ServingVersion version(
            int number, Instant notBefore, Instant notAfter, @Nullable String keyId, boolean revoked) {
        return new ServingVersion(ID, number, new PartnerId("ptn_acme"), "01", keyId, notBefore, notAfter, revoked);
    }

    private static Clock clock(InstantSource source) {
        return source.withZone(ZoneId.of("UTC"));
    }

    private static final class Place implements ServingCertificate {
        private @Nullable ServingVersion newest;
        private @Nullable Issued issued;
        private @Nullable RuntimeException failure;
        private int opened;

        Issued has(int number, Issued certificate) {
            newest = version(number, NOW.minusSeconds(9), NOW.plusSeconds(9), "key", false);
            issued = certificate;
            return certificate;
        }

        @Override
        public Optional<ServingVersion> newest() {
            if (failure != null) {
                throw failure;
            }
            return Optional.ofNullable(newest);
        }

        @Override
        public ServingKey open(ServingVersion version) {
            opened++;
            Issued found = Optional.ofNullable(issued).orElseThrow();
            try {
                return new ServingKey(
                        List.of(
                                found.certificate().getEncoded(),
                                AUTHORITY.certificate().getEncoded()),
                        found.key());
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
