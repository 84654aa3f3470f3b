package ai.scailabs.vault.audit.store.azure;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreCredentials.AzureBlob.Way;
import ai.scailabs.vault.kernel.error.VaultException;
import com.azure.core.credential.AzureSasCredential;
import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.util.Configuration;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import java.net.URI;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which account it is, where, and how one proves to it who one is. A connection string is read here and not by the SDK, which would take it for more than an account: for an emulator, or another
 * protocol.
 */
final class AzureAccount {
    private static final String FIELD = "destination.credentials_path";

    private AzureAccount() {}

    /**
     * Tells the builder.
     *
     * @return whether the endpoint was chosen by whoever chose the container
     * @throws VaultException {@code validation_error} when the account has no name, or the credentials cannot be used
     */
    static boolean describe(
            BlobContainerClientBuilder builder,
            Destination.AzureBlob where,
            StoreCredentials credentials,
            HttpClient http) {
        Optional<String> named = Optional.ofNullable(where.account());
        if (!(credentials instanceof StoreCredentials.AzureBlob known)) {
            builder.endpoint(endpoint(where, named)).credential(environment());
            return where.endpoint() != null;
        }
        Optional<String> account = named.or(known::accountName);
        switch (known.way()) {
            case Way.AccountKey key -> {
                builder.endpoint(endpoint(where, account));
                builder.credential(shared(account, StoreCredentials.revealed(key.key())));
            }
            case Way.SasToken token -> {
                builder.endpoint(endpoint(where, account));
                builder.credential(signature(StoreCredentials.revealed(token.token())));
            }
            case Way.Client client ->
                builder.endpoint(endpoint(where, account))
                        .credential(new ClientSecretCredentialBuilder()
                                .tenantId(client.tenantId())
                                .clientId(client.clientId())
                                .clientSecret(StoreCredentials.revealed(client.secret()))
                                .httpClient(http)
                                .disableInstanceDiscovery()
                                .build());
            case Way.ConnectionString text -> {
                return connect(builder, where, account, StoreCredentials.revealed(text.text()));
            }
        }
        return where.endpoint() != null;
    }

    private static boolean connect(
            BlobContainerClientBuilder builder, Destination.AzureBlob where, Optional<String> account, String text) {
        Map<String, String> parts = parts(text);
        Optional<String> name = Optional.ofNullable(parts.get("accountname"))
                .filter(candidate -> candidate.matches("[a-z0-9]{3,24}"))
                .or(() -> account);
        String blobs = parts.get("blobendpoint");
        String suffix = parts.getOrDefault("endpointsuffix", "core.windows.net");
        if (where.endpoint() == null && blobs != null) {
            // It is checked as any endpoint that somebody chose.
            builder.endpoint(chosen(blobs).toString());
        } else if (where.endpoint() == null && suffix.matches("[a-z0-9.-]{1,100}") && name.isPresent()) {
            builder.endpoint("https://" + name.get() + ".blob." + suffix);
        } else {
            builder.endpoint(endpoint(where, name));
        }
        String key = parts.get("accountkey");
        String signature = parts.get("sharedaccesssignature");
        if (key != null) {
            builder.credential(shared(name, key));
        } else if (signature != null) {
            builder.credential(signature(signature));
        } else {
            throw refused("names a secret whose connection_string has neither AccountKey nor SharedAccessSignature");
        }
        return where.endpoint() != null || blobs != null;
    }

    private static URI chosen(String text) {
        try {
            URI endpoint = Destination.endpoint(text);
            Destination.requireEndpoint(endpoint);
            return endpoint;
        } catch (VaultException malformed) {
            throw refused("names a secret whose connection_string has a malformed BlobEndpoint");
        }
    }

    private static Map<String, String> parts(String text) {
        Map<String, String> parts = new HashMap<>();
        for (String part : text.strip().split(";")) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parts.put(
                        part.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                        part.substring(equals + 1).strip());
            }
        }
        return parts;
    }

    private static String endpoint(Destination.AzureBlob where, Optional<String> account) {
        if (where.endpoint() != null) {
            return where.endpoint().toString();
        }
        return "https://"
                + account.orElseThrow(() -> VaultException.invalidField(
                        "destination.account", "is needed: the credentials do not name the storage account"))
                + ".blob.core.windows.net";
    }

    private static StorageSharedKeyCredential shared(Optional<String> account, String key) {
        String name = account.orElseThrow(() -> VaultException.invalidField(
                "destination.account", "is needed: the credentials do not name the storage account"));
        try {
            Base64.getDecoder().decode(key);
        } catch (IllegalArgumentException malformed) {
            throw refused("names a secret whose account key is not Base64");
        }
        return new StorageSharedKeyCredential(name, key);
    }

    private static AzureSasCredential signature(String text) {
        return new AzureSasCredential(text.startsWith("?") ? text.substring(1) : text);
    }

    /** A workload identity, a managed identity, or what the environment names; not, as by default, a developer's logins besides. */
    private static TokenCredential environment() {
        Configuration environment = Configuration.getGlobalConfiguration().clone();
        if (environment.get("AZURE_TOKEN_CREDENTIALS") == null) {
            environment.put("AZURE_TOKEN_CREDENTIALS", "prod");
        }
        return new DefaultAzureCredentialBuilder().configuration(environment).build();
    }

    private static VaultException refused(String problem) {
        return VaultException.invalidField(FIELD, problem);
    }
}
