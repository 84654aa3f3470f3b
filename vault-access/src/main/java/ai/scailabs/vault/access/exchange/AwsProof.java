package ai.scailabs.vault.access.exchange;

import ai.scailabs.vault.access.token.ForeignTokens;
import ai.scailabs.vault.access.trust.AwsRegions;
import ai.scailabs.vault.access.trust.TrustedSource;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.http.GuardedHttp;
import ai.scailabs.vault.outbound.http.Reply;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks AWS who signed a question. The question is made here and goes to the endpoint of a region that is known and that the trust allows; the caller gives its signature only. The signature covers
 * the trust's audience, so that a question that was signed for somebody else does not serve here. Keys that never proved anything share a few places, so that strangers do not use up what those have who did. Thread-safe.
 */
public final class AwsProof {
    static final String TYPE = "urn:scailabs:params:oauth:token-type:aws-caller-identity";

    /** How old, or how far in the future, the signature may be. */
    static final Duration WINDOW = Duration.ofMinutes(5);

    private static final String ISSUER = "https://sts.amazonaws.com";
    private static final int STRANGERS_AT_ONCE = 8;
    private static final int MAX_REMEMBERED = 10_000;
    private static final Duration REMEMBERED_FOR = Duration.ofHours(24);
    private static final Logger LOG = LoggerFactory.getLogger(AwsProof.class);

    private final GuardedHttp http;
    private final Function<String, Optional<URI>> endpoints;
    private final Clock clock;
    private final Semaphore strangers = new Semaphore(STRANGERS_AT_ONCE);
    private final Cache<String, Boolean> proved = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(REMEMBERED_FOR)
            .executor(Runnable::run)
            .build();
    private volatile boolean answering = true;

    /** At the endpoints of AWS. */
    public AwsProof(GuardedHttp http, Clock clock) {
        this(http, AwsRegions::endpoint, clock);
    }

    /** @param endpoints by region */
    AwsProof(GuardedHttp http, Function<String, Optional<URI>> endpoints, Clock clock) {
        this.http = http;
        this.endpoints = endpoints;
        this.clock = clock;
    }

    /**
     * @param longest how long what was proved may be relied on: AWS does not say when a session ends
     * @throws VaultException {@code token_invalid}; {@code service_unavailable} when AWS does not answer
     */
    Proof verify(String token, TrustedSource.Aws source, Duration longest) {
        SignedQuestion question = SignedQuestion.parse(token);
        if (!source.regions().contains(question.region())) {
            throw Refusals.refused("region_not_allowed");
        }
        Instant now = clock.instant();
        if (Duration.between(question.signedAt(), now).abs().compareTo(WINDOW) > 0) {
            throw Refusals.refused("not_fresh");
        }
        URI endpoint = endpoints.apply(question.region()).orElseThrow(() -> Refusals.refused("region_not_allowed"));
        String arn = ask(endpoint, question, source.audience()).arn();
        if (source.arns().stream().noneMatch(allowed -> allowed.matches(arn))) {
            throw Refusals.refused("condition_not_met", Map.of("subject", arn, "claim", "arn"));
        }
        return new Proof(ISSUER, arn, now.plus(longest));
    }

    private CallerIdentity ask(URI endpoint, SignedQuestion question, String audience) {
        boolean stranger = proved.getIfPresent(question.accessKeyId()) == null;
        if (stranger && !strangers.tryAcquire()) {
            throw unavailable();
        }
        try {
            CallerIdentity identity = answered(http.post(endpoint, question.headers(audience), SignedQuestion.BODY));
            proved.put(question.accessKeyId(), true);
            answering = true;
            return identity;
        } catch (IOException failure) {
            failsToAnswer(failure);
            throw unavailable();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw unavailable();
        } finally {
            if (stranger) {
                strangers.release();
            }
        }
    }

    private static CallerIdentity answered(Reply reply) throws IOException {
        return switch (reply.status()) {
            case 200 -> CallerIdentity.parse(reply.body());
            case 400, 401, 403 ->
                throw Refusals.refused("not_verified", Map.of("problem", "AWS refused the signature"));
            default -> throw new IOException("status " + reply.status());
        };
    }

    /** Once for an outage: callers could write the log otherwise. */
    private void failsToAnswer(IOException failure) {
        if (answering) {
            answering = false;
            LOG.warn("AWS cannot be asked who a caller is: {}", failure.toString());
        } else {
            LOG.debug("AWS cannot be asked who a caller is", failure);
        }
    }

    private static VaultException unavailable() {
        return ForeignTokens.unavailable().withEvidence(Map.of("reason", "issuer_unavailable"));
    }
}
