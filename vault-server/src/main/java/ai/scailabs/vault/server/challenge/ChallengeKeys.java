package ai.scailabs.vault.server.challenge;

import ai.scailabs.vault.pki.acme.ChallengeAnswers;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Chooses what is shown in one handshake, by the name that the client sends. Without one, or for another, there is nothing. */
final class ChallengeKeys extends X509ExtendedKeyManager {
    private static final String ALIAS = "challenge";

    private final ChallengeAnswers answers;
    private ChallengeAnswers.@Nullable TlsAnswer chosen;
    private boolean asked;

    ChallengeKeys(ChallengeAnswers answers) {
        this.answers = answers;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        // The runtime asks again for each kind of key that the client takes.
        if (!asked && socket instanceof SSLSocket tls) {
            asked = true;
            String name = serverName(tls);
            chosen = name == null ? null : answers.tls(name).orElse(null);
        }
        return chosen != null && keyType.startsWith("EC") ? ALIAS : null;
    }

    private static @Nullable String serverName(SSLSocket socket) {
        if (!(socket.getHandshakeSession() instanceof ExtendedSSLSession session)) {
            return null;
        }
        List<SNIServerName> names = session.getRequestedServerNames();
        return names.size() == 1 && names.getFirst() instanceof SNIHostName host ? host.getAsciiName() : null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return chosen == null ? null : new X509Certificate[] {chosen.certificate()};
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return chosen == null ? null : chosen.key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String @Nullable [] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
