package ai.scailabs.vault.access.token;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.revocation.RevocationCheck;
import ai.scailabs.vault.access.token.TokenProperties.Introspection;
import ai.scailabs.vault.kernel.error.VaultException;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells who presents a token. A token is verified in full at its first use and again five minutes later; between, it is recognised by its hash, and its times
 * and the publication of its key are checked at every use. Simultaneous first uses cost one verification. Failures are not remembered. Whether it was revoked is
 * asked at every use. Personal tokens are their issuer's to verify, see {@link PersonalTokens}. Thread-safe.
 *
 * <p>Keys are refreshed in the background every five minutes and when a token names an unknown one (at most every five seconds). While an issuer does not
 * answer, its last keys are good for 24 hours.
 */
public final class TokenAuthenticator implements AutoCloseable {
    private static final Duration REMEMBERED_FOR = Duration.ofMinutes(5);
    private static final Duration REFRESH_EVERY = Duration.ofMinutes(5);
    /** How soon a failed refresh is tried again, at the earliest. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private static final int MAX_REMEMBERED = 50_000;

    private final Clock clock;
    private final IssuerHttp http = new IssuerHttp();
    private final RevocationCheck revocations;
    private final List<SigningKeys> keySets;
    private final TokenVerifier verifier;
    private final @Nullable PersonalTokens personal;
    private final AsyncCache<TokenHash, SignedToken> verified;
    private final SharedWork<TokenHash, SignedToken> verifying;
    private final ScheduledExecutorService refresher;

    private TokenAuthenticator(
            TokenProperties properties, @Nullable LocalIssuers local, RevocationCheck revocations, Clock clock) {
        this.clock = clock;
        this.revocations = revocations;
        Map<String, SigningKeys> issuers = new LinkedHashMap<>();
        SigningKeys shared = null;
        for (String issuer : properties.issuers()) {
            SigningKeys keys = shared != null ? shared : keysOf(properties, issuer);
            shared = properties.jwksUrl() != null ? keys : null;
            issuers.put(issuer, keys);
        }
        this.keySets = issuers.values().stream().distinct().toList();
        this.verifier = new TokenVerifier(issuers, local, properties.audience());
        Introspection introspection = properties.introspection();
        this.personal = introspection == null
                ? null
                : new PersonalTokens(new IntrospectionClient(http, properties, introspection, clock), clock);
        this.verified = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(REMEMBERED_FOR)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .buildAsync();
        this.verifying = SharedWork.keptIn(verified);
        this.refresher = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("issuer-keys").daemon().factory());
    }

    private SigningKeys keysOf(TokenProperties properties, String issuer) {
        KeySetSource source = new KeySetSource(http, properties.jwksUrl(), issuer, properties.loopbackHttp());
        return new SigningKeys(source, issuer, clock);
    }

    /** For tokens of others only. */
    public static TokenAuthenticator start(TokenProperties properties, RevocationCheck revocations, Clock clock) {
        return start(properties, null, revocations, clock);
    }

    /**
     * Begins to fetch keys in the background; does not wait for them.
     *
     * @param local our own issuers; absent when we make no tokens
     */
    public static TokenAuthenticator start(
            TokenProperties properties, @Nullable LocalIssuers local, RevocationCheck revocations, Clock clock) {
        TokenAuthenticator authenticator = new TokenAuthenticator(properties, local, revocations, clock);
        for (SigningKeys keys : authenticator.keySets) {
            authenticator.refresher.scheduleWithFixedDelay(
                    () -> keys.refreshIfOlderThan(REFRESH_EVERY), 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
        return authenticator;
    }

    /**
     * @param bearerToken as it stands in the header, without the scheme
     * @throws VaultException {@code token_invalid}, {@code token_expired}, {@code token_revoked}, {@code tenant_access_denied}; {@code service_unavailable} when that cannot be told
     */
    public Actor authenticate(String bearerToken) {
        return authenticate(bearerToken, known -> {});
    }

    /**
     * With the roles that were assigned here, where some were.
     *
     * @param whenKnown told whose the token is before it is asked whether it was revoked, so that the attempt can be recorded under that name
     */
    public Actor authenticate(String bearerToken, Consumer<Actor> whenKnown) {
        VerifiedToken token = verify(bearerToken);
        whenKnown.accept(token.actor());
        revocations.require(token.revocable());
        return withAssignedRoles(token);
    }

    private Actor withAssignedRoles(VerifiedToken token) {
        Set<String> assigned = revocations.assignedRoles(token.revocable());
        return assigned == null ? token.actor() : token.actor().withRoles(assigned);
    }

    /** Whose token it is, at this time; revoked or not. */
    VerifiedToken verify(String bearerToken) {
        if (bearerToken.length() > TokenVerifier.MAX_LENGTH) {
            throw TokenRefusals.invalid("is longer than " + TokenVerifier.MAX_LENGTH + " characters");
        }
        TokenHash hash = TokenHash.of(bearerToken);
        long nowMillis = clock.millis();
        VerifiedToken token = personal != null && PersonalTokens.isOne(bearerToken)
                ? personal.verify(hash, bearerToken)
                : signed(hash, bearerToken, nowMillis).token();
        token.requireValidAt(nowMillis);
        return token;
    }

    /** @throws VaultException as {@link #authenticate} */
    void requireUsable(VerifiedToken token) {
        revocations.require(token.revocable());
    }

    private SignedToken signed(TokenHash hash, String bearerToken, long nowMillis) {
        SignedToken token = remembered(hash, nowMillis);
        return token != null ? token : verifying.outcome(hash, () -> verifier.verify(bearerToken));
    }

    /** Forgets, rather than returns, a token whose key is not known to be published still. */
    private @Nullable SignedToken remembered(TokenHash hash, long nowMillis) {
        CompletableFuture<SignedToken> known = verified.getIfPresent(hash);
        SignedToken token = known == null || !known.isDone() || known.isCompletedExceptionally() ? null : known.join();
        if (token != null && !token.isKeyStillPublished(nowMillis)) {
            verified.asMap().remove(hash, known);
            return null;
        }
        return token;
    }

    public TokenStatistics statistics() {
        Duration oldest = Duration.ZERO;
        for (SigningKeys keys : keySets) {
            Duration age = keys.age();
            oldest = oldest == null || age == null ? null : (age.compareTo(oldest) > 0 ? age : oldest);
        }
        return new TokenStatistics(
                verifier.verifications(),
                verified.synchronous().estimatedSize(),
                keySets.stream().mapToLong(SigningKeys::fetches).sum(),
                keySets.stream().mapToLong(SigningKeys::failedFetches).sum(),
                oldest,
                personal == null ? 0 : personal.questions(),
                personal == null ? 0 : personal.failures());
    }

    /** Ends the background refresh. */
    @Override
    public void close() {
        refresher.shutdownNow();
        http.close();
    }
}
