package ai.scailabs.vault.access.token;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.http.GuardedHttp;
import ai.scailabs.vault.outbound.http.Reply;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * Verifies who issued a token that is none for this service: its form, its key, its signature, its {@code iss}. What the token says is for whoever asks to judge, also when it
 * has expired. Keys are kept as those of our own identity provider are, and refreshed when a token comes after five minutes. Thread-safe.
 */
public final class ForeignTokens {
    /** Of a token; those of GitHub and Kubernetes have about 2,000. */
    public static final int MAX_LENGTH = 16 * 1024;

    private static final Duration REFRESH_AFTER = Duration.ofMinutes(5);
    private static final int MAX_ISSUERS = 5_000;
    /** Requests to issuers under way for one tenant: one that names slow ones holds up itself. */
    private static final int FETCHES_OF_A_TENANT = 4;

    private final GuardedHttp http;
    private final Clock clock;
    private final boolean loopbackHttp;
    private final Cache<ForeignIssuer, SigningKeys> issuers = Caffeine.newBuilder()
            .maximumSize(MAX_ISSUERS)
            .executor(Runnable::run)
            .build();
    private final Cache<TenantId, Semaphore> places =
            Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

    /** @param loopbackHttp permits {@code http} to this machine, for development */
    public ForeignTokens(GuardedHttp http, Clock clock, boolean loopbackHttp) {
        this.http = http;
        this.clock = clock;
        this.loopbackHttp = loopbackHttp;
    }

    /**
     * The claims of a token that the issuer signed.
     *
     * @throws VaultException {@code token_invalid}; {@code service_unavailable} when the issuer's keys cannot be had
     */
    public Map<String, Object> verify(String token, ForeignIssuer issuer) {
        JwtForm.requireCompact(token, MAX_LENGTH);
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            if (!issuer.issuer().equals(claims.getIssuer())) {
                throw TokenRefusals.invalid("is from another issuer");
            }
            SigningKeys keys = issuers.get(issuer, this::keysOf);
            keys.refreshIfOlderThan(REFRESH_AFTER);
            JwtForm.verifiedBy(keys, jwt);
            return jwt.getPayload().toJSONObject();
        } catch (ParseException | IllegalArgumentException malformed) {
            throw TokenRefusals.invalid("is malformed");
        }
    }

    private SigningKeys keysOf(ForeignIssuer issuer) {
        Semaphore mine = places.get(issuer.tenant(), tenant -> new Semaphore(FETCHES_OF_A_TENANT));
        KeySetSource source = new KeySetSource(this::document, issuer.jwksUrl(), issuer.issuer(), loopbackHttp);
        KeySource bounded = () -> {
            if (!mine.tryAcquire()) {
                throw new IOException("too many requests of this tenant to issuers are under way");
            }
            try {
                return source.fetch();
            } finally {
                mine.release();
            }
        };
        return new SigningKeys(bounded, issuer.issuer(), clock);
    }

    private String document(URI location) throws IOException, InterruptedException {
        Reply reply = http.get(location);
        if (reply.status() != 200) {
            throw new IOException("status " + reply.status() + " from " + location.getHost());
        }
        return reply.body();
    }

    /** For a refusal that is about what another answers. */
    public static VaultException unavailable() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "Whoever issued the subject token cannot be asked about it",
                Map.of("dependency", "subject_token_issuer"));
    }
}
