package ai.scailabs.vault.kms.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/** Gives tokens of one tenant, as a credential of the environment does, and remembers for what. */
final class FakeEntra implements TokenCredential {
    static final String TENANT = "aaaaaaaa-0000-4000-8000-000000000001";

    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private volatile Duration lifetime = Duration.ofHours(1);
    private volatile boolean failing;

    /** Those that count at this moment. */
    Set<String> tokens() {
        return tokens;
    }

    /** For what; then forgotten. */
    List<String> asked() {
        synchronized (asked) {
            List<String> all = List.copyOf(asked);
            asked.clear();
            return all;
        }
    }

    void expireAll() {
        tokens.clear();
    }

    void livesFor(Duration lifetime) {
        this.lifetime = lifetime;
    }

    void fails(boolean failing) {
        this.failing = failing;
    }

    @Override
    public Mono<AccessToken> getToken(TokenRequestContext request) {
        return Mono.fromCallable(() -> getTokenSync(request));
    }

    @Override
    public AccessToken getTokenSync(TokenRequestContext request) {
        asked.addAll(request.getScopes());
        if (failing || (request.getTenantId() != null && !request.getTenantId().equals(TENANT))) {
            throw new ClientAuthenticationException("not for logs", null);
        }
        String token = "eyJ0." + UUID.randomUUID();
        tokens.add(token);
        return new AccessToken(token, OffsetDateTime.now().plus(lifetime));
    }
}
