package ai.scailabs.vault.kms.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import java.util.List;
import reactor.core.publisher.Mono;

/** Gives tokens for one service only, whatever a challenge asks for. That they come from the own tenant only is held by the credential behind it. */
final class VaultOnlyCredential implements TokenCredential {
    private final TokenCredential credential;
    private final List<String> scopes;

    VaultOnlyCredential(TokenCredential credential, String service) {
        this.credential = credential;
        this.scopes = List.of("https://" + service + "/.default");
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
        return credential.getTokenSync(request);
    }

    /** A vault that asks for a token for something else is none. */
    static final class OtherServiceAsked extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
