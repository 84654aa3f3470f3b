package ai.scailabs.vault.access.exchange;

import ai.scailabs.vault.access.outbound.GuardedHttp;
import ai.scailabs.vault.access.outbound.Reply;
import ai.scailabs.vault.access.token.ForeignTokens;
import ai.scailabs.vault.access.trust.AwsRegions;
import ai.scailabs.vault.access.trust.TrustedSource;
import ai.scailabs.vault.kernel.error.VaultException;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks AWS who signed a question. The question is made here and goes to the endpoint of a region that is known and that the trust allows; the caller gives its signature only. The signature covers
 * the trust's audience, so that a question that was signed for somebody else does not serve here. Thread-safe.
 */
public final class AwsProof {
    static final String TYPE = "urn:scailabs:params:oauth:token-type:aws-caller-identity";

    /** How old, or how far in the future, the signature may be. */
    static final Duration WINDOW = Duration.ofMinutes(5);

    private static final String ISSUER = "https://sts.amazonaws.com";
    private static final Logger LOG = LoggerFactory.getLogger(AwsProof.class);

    private final GuardedHttp http;
    private final Function<String, Optional<URI>> endpoints;
    private final Clock clock;

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
        try {
            Reply reply = http.post(endpoint, question.headers(audience), SignedQuestion.BODY);
            if (reply.status() == 400 || reply.status() == 401 || reply.status() == 403) {
                throw Refusals.refused("not_verified", Map.of("problem", "AWS refused the signature"));
            }
            if (reply.status() != 200) {
                throw new IOException("status " + reply.status());
            }
            return CallerIdentity.parse(reply.body());
        } catch (IOException failure) {
            LOG.warn("AWS cannot be asked who a caller is: {}", failure.toString());
            throw unavailable();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw unavailable();
        }
    }

    private static VaultException unavailable() {
        return ForeignTokens.unavailable().withEvidence(Map.of("reason", "issuer_unavailable"));
    }
}
