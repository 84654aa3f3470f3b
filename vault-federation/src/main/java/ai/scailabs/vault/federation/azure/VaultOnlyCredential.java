package ai.scailabs.vault.federation.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Gives tokens for vaults only, and of the own tenant of Azure's, whatever a challenge asks for. */
final class VaultOnlyCredential implements TokenCredential {
    private final TokenCredential credential;
    private final List<String> scopes;
    private final @Nullable String tenant;

    /**
     * @param service whose tokens are given, {@code vault.azure.net}
     * @param tenant null where the credential knows
     */
    VaultOnlyCredential(TokenCredential credential, String service, @Nullable String tenant) {
        this.credential = credential;
        this.scopes = List.of("https://" + service + "/.default");
        this.tenant = tenant;
    }

    @Override
    public Mono<AccessToken> getToken(TokenRequestContext request) {
        return Mono.fromCallable(() -> getTokenSync(request));
    }

    @Override
    public AccessToken getTokenSync(TokenRequestContext request) {
        if (!request.getScopes().equals(scopes)) {
            throw new OtherServiceAsked();
        }
        if (tenant != null && request.getTenantId() != null && !tenant.equalsIgnoreCase(request.getTenantId())) {
            throw new OtherTenantAsked();
        }
        return credential.getTokenSync(request);
    }

    /** A vault that asks for a token for something else is none. */
    static final class OtherServiceAsked extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** The vault belongs to another than the credentials do. */
    static final class OtherTenantAsked extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
