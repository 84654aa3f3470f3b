package ai.scailabs.vault.kms.azure;

import ai.scailabs.vault.kms.call.ServiceTrouble;
import ai.scailabs.vault.kms.call.WrapFrame;
import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.netty.NettyAsyncHttpClientBuilder;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.HttpLogDetailLevel;
import com.azure.core.http.policy.HttpLogOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.Configuration;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.security.keyvault.keys.KeyClientBuilder;
import com.azure.security.keyvault.keys.cryptography.CryptographyClient;
import com.azure.security.keyvault.keys.cryptography.CryptographyClientBuilder;
import com.azure.security.keyvault.keys.models.KeyVaultKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Azure's clients of keys. Every operation is carried out by Azure: the SDK is told not to fetch a key and compute here. The challenge by which a vault says whose tokens it takes is verified by
 * the SDK, and again by {@link VaultOnlyCredential}. Nothing is tried again here. Thread-safe.
 */
final class AzureConnection {
    private static final int MOST_CLIENTS = 64;

    private final TokenCredential credential;
    private final HttpClient http;
    private final ConcurrentHashMap<String, CryptographyClient> clients = new ConcurrentHashMap<>();

    /** @param service that alone is shown tokens, {@code vault.azure.net} */
    AzureConnection(String service, TokenCredential credential, HttpClient http) {
        this.credential = new VaultOnlyCredential(credential, service);
        this.http = http;
    }

    /** A workload identity, a managed identity, or what the environment names; not, as by default, a developer's logins besides, for which programs are started. */
    static TokenCredential environment() {
        Configuration environment = Configuration.getGlobalConfiguration().clone();
        if (environment.get("AZURE_TOKEN_CREDENTIALS") == null) {
            environment.put("AZURE_TOKEN_CREDENTIALS", "prod");
        }
        return new DefaultAzureCredentialBuilder().configuration(environment).build();
    }

    /** @param longest how long anything may take */
    static HttpClient http(Duration longest) {
        return new NettyAsyncHttpClientBuilder()
                .connectTimeout(longest)
                .writeTimeout(longest)
                .responseTimeout(longest)
                .readTimeout(longest)
                .build();
    }

    <T> T ask(AzureKeyUrl key, Function<CryptographyClient, T> operation) throws ServiceTrouble {
        try {
            return operation.apply(client(key));
        } catch (RuntimeException failed) {
            throw refused(failed).trouble();
        }
    }

    /** As {@link #ask}, of an operation that opens something: when it is that which Azure refuses, it was altered. */
    <T> T open(AzureKeyUrl key, Function<CryptographyClient, T> operation) throws ServiceTrouble {
        try {
            return operation.apply(client(key));
        } catch (RuntimeException failed) {
            AzureRefusal refusal = refused(failed);
            if (refusal.isOfContent()) {
                throw WrapFrame.altered();
            }
            throw refusal.trouble();
        }
    }

    /** The public half of a key, and what is said about it. */
    KeyVaultKey describe(AzureKeyUrl key) throws ServiceTrouble {
        try {
            return new KeyClientBuilder()
                    .vaultUrl(key.vault())
                    .credential(credential)
                    .httpClient(http)
                    .retryOptions(once())
                    .httpLogOptions(silent())
                    .buildClient()
                    .getKey(key.name(), key.version());
        } catch (RuntimeException failed) {
            throw refused(failed).trouble();
        }
    }

    /** The version of the key that answered. */
    String versionOf(AzureKeyUrl key, @Nullable String answered) throws ServiceTrouble {
        Optional<AzureKeyUrl> named = answered == null ? Optional.empty() : AzureKeyUrl.parse(answered);
        String version = named.map(AzureKeyUrl::version).orElse(null);
        if (version == null
                || !named.get().isSameKeyAs(key)
                || (key.version() != null && !key.version().equals(version))) {
            throw ServiceTrouble.lasting("an answer that names another key");
        }
        return version;
    }

    void requireSame(AzureKeyUrl version, @Nullable String answered) throws ServiceTrouble {
        if (!version.toString().equals(answered)) {
            throw ServiceTrouble.lasting("an answer that names another key");
        }
    }

    private CryptographyClient client(AzureKeyUrl key) {
        if (clients.size() > MOST_CLIENTS) {
            clients.clear();
        }
        return clients.computeIfAbsent(
                key.toString(),
                url -> new CryptographyClientBuilder()
                        .keyIdentifier(url)
                        .credential(credential)
                        .httpClient(http)
                        .disableKeyCaching()
                        .retryOptions(once())
                        .httpLogOptions(silent())
                        .buildClient());
    }

    private AzureRefusal refused(RuntimeException failed) {
        AzureRefusal refusal = AzureRefusal.of(failed);
        if (refusal.isOfToken()) {
            // The clients keep the token that was refused; new ones ask for another.
            clients.clear();
        }
        return refusal;
    }

    private static RetryOptions once() {
        return new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1)));
    }

    /** Whatever the environment says: bodies hold keys. */
    private static HttpLogOptions silent() {
        return new HttpLogOptions().setLogLevel(HttpLogDetailLevel.NONE);
    }

    void close() {
        clients.clear();
    }
}
