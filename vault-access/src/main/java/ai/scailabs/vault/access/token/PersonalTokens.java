package ai.scailabs.vault.access.token;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Personal access tokens, {@code skt_…}: only their issuer can tell whose they are. What it answers is kept under the token's SHA-256: a good answer for {@link
 * #GOOD_FOR}, a refusal for {@link #REFUSED_FOR}, a failure not at all. Simultaneous uses cost one question. Thread-safe.
 *
 * <p>Wrong tokens are no burden on the issuer and none on those who hold good ones: tokens that were never good share a narrow lane, and what was good once has
 * another one. There is nothing to lock out, because nothing is counted for a name that a stranger could use.
 */
final class PersonalTokens {
    static final Duration GOOD_FOR = Duration.ofSeconds(60);
    static final Duration REFUSED_FOR = Duration.ofSeconds(5);

    private static final String PREFIX = "skt_";
    private static final Pattern FORM = Pattern.compile("skt_[A-Za-z0-9._~-]{16,512}");
    private static final Logger LOG = LoggerFactory.getLogger(PersonalTokens.class);

    private static final int MAX_REMEMBERED = 50_000;
    private static final int MAX_REFUSED = 10_000;
    /** How long a token that was good is preferred to strangers. */
    private static final Duration KNOWN_FOR = Duration.ofHours(24);

    private final IntrospectionClient issuer;
    private final Clock clock;
    private final QuestionLane knownLane = new QuestionLane(16, Integer.MAX_VALUE);
    private final QuestionLane strangerLane = new QuestionLane(8, 50);
    private final SharedWork<TokenHash, Good> underWay = SharedWork.forgotten();
    private final LongAdder questions = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile boolean answering = true;
    private final Cache<TokenHash, Good> good;
    private final Cache<TokenHash, Long> refusedAtMillis;

    PersonalTokens(IntrospectionClient issuer, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
        this.good = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(KNOWN_FOR)
                .executor(Runnable::run)
                .build();
        this.refusedAtMillis = Caffeine.newBuilder()
                .maximumSize(MAX_REFUSED)
                .expireAfterWrite(REFUSED_FOR)
                .executor(Runnable::run)
                .build();
    }

    /** Whether the text has the form of one: nothing else is asked about. */
    static boolean isOne(String token) {
        // Nearly every token is none, and is looked at with every request.
        return token.startsWith(PREFIX) && FORM.matcher(token).matches();
    }

    /**
     * @param hash of the token
     * @throws VaultException {@code token_invalid}; {@code service_unavailable} when the issuer does not answer, or is asked too much
     */
    VerifiedToken verify(TokenHash hash, String token) {
        Good known = good.getIfPresent(hash);
        if (known != null && known.isFresh(clock.millis())) {
            return known.token();
        }
        if (isRefused(hash)) {
            throw refusal();
        }
        return underWay.outcome(hash, () -> ask(hash, token)).token();
    }

    private boolean isRefused(TokenHash hash) {
        Long refusedAt = refusedAtMillis.getIfPresent(hash);
        return refusedAt != null && isWithin(refusedAt, clock.millis(), REFUSED_FOR);
    }

    private Good ask(TokenHash hash, String token) {
        // Whoever had the answer just before may have taken it out of the way meanwhile.
        Good known = good.getIfPresent(hash);
        if (known != null && known.isFresh(clock.millis())) {
            return known;
        }
        try (QuestionLane.Place place = (known == null ? strangerLane : knownLane).enter(clock.millis())) {
            long askedAt = clock.millis();
            questions.increment();
            Good answered = new Good(issuer.introspect(token, hash.hex()), askedAt);
            good.put(hash, answered);
            answers();
            return answered;
        } catch (IOException failure) {
            failsToAnswer(failure);
            throw unavailable();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw unavailable();
        } catch (VaultException refused) {
            if (refused.code() == ErrorCode.TOKEN_INVALID) {
                answers();
                good.invalidate(hash);
                refusedAtMillis.put(hash, clock.millis());
            }
            throw refused;
        }
    }

    private void answers() {
        if (!answering) {
            answering = true;
            LOG.info("ScaiKey answers about personal tokens again");
        }
    }

    private void failsToAnswer(IOException failure) {
        failures.increment();
        if (answering) {
            answering = false;
            LOG.warn("ScaiKey cannot be asked about personal tokens: {}", failure.toString());
        } else {
            LOG.debug("ScaiKey cannot be asked about a personal token", failure);
        }
    }

    static VaultException refusal() {
        return TokenRefusals.invalid("is not known to its issuer");
    }

    static VaultException unavailable() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "The identity provider cannot be asked about the token",
                Map.of("dependency", "scaikey_introspection"));
    }

    /** How often the issuer was asked. */
    long questions() {
        return questions.sum();
    }

    /** How often it gave no good answer. */
    long failures() {
        return failures.sum();
    }

    /** A clock that was set back makes everything old. */
    private static boolean isWithin(long sinceMillis, long nowMillis, Duration limit) {
        return nowMillis >= sinceMillis && nowMillis - sinceMillis < limit.toMillis();
    }

    private record Good(VerifiedToken token, long askedAtMillis) {
        boolean isFresh(long nowMillis) {
            return isWithin(askedAtMillis, nowMillis, GOOD_FOR);
        }
    }
}
