package ai.scailabs.vault.audit.store;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.aws.RoleArn;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * As whom a store is written to. Made of the members of a secret, whose names are public and stand beside each kind; others in the same secret are left alone. Values print as
 * {@code [redacted]} and are wiped on {@link #close()}; what a vendor's library made of them is not ours to wipe.
 */
public sealed interface StoreCredentials extends AutoCloseable {
    /**
     * Those of a secret, for one kind of destination.
     *
     * @param type of the destination
     * @param data the secret's {@code data}: a JSON object. Stays the caller's
     * @throws VaultException {@code validation_error} naming the member that is missing or malformed
     */
    static StoreCredentials of(String type, byte[] data) {
        Map<String, SensitiveBytes> members = SecretMembers.read(data);
        try {
            return switch (type) {
                case "s3" -> S3.of(members);
                case "gcs" -> Gcs.of(members);
                case "azure_blob" -> AzureBlob.of(members);
                default -> throw new IllegalArgumentException("no such kind of destination");
            };
        } catch (RuntimeException refused) {
            members.values().forEach(SensitiveBytes::close);
            throw refused;
        }
    }

    /** Wipes the values. */
    @Override
    void close();

    /**
     * The identity of this service where it runs, as the vendor's library finds it by itself: a role of the instance, container or service account. Only at the vendor's own endpoint, as it is
     * the operator's.
     */
    record WorkloadIdentity() implements StoreCredentials {
        @Override
        public void close() {
            // Holds nothing.
        }
    }

    /**
     * {@code access_key_id} and {@code secret_access_key}, with {@code session_token} when they are temporary, or neither for the identity of this service; and {@code role_arn} for a role
     * that is taken with these.
     */
    record S3(
            Optional<SensitiveBytes> accessKeyId,
            Optional<SensitiveBytes> secretAccessKey,
            Optional<SensitiveBytes> sessionToken,
            Optional<String> roleArn)
            implements StoreCredentials {
        private static S3 of(Map<String, SensitiveBytes> members) {
            S3 read = new S3(
                    taken(members, "access_key_id"),
                    taken(members, "secret_access_key"),
                    taken(members, "session_token"),
                    taken(members, "role_arn").map(StoreCredentials::revealed));
            SecretMembers.require(
                    read.accessKeyId.isPresent() == read.secretAccessKey.isPresent(),
                    "has access_key_id or secret_access_key without the other");
            SecretMembers.require(
                    read.accessKeyId.isPresent() || read.sessionToken.isEmpty(),
                    "has a session_token without access_key_id");
            SecretMembers.require(
                    read.accessKeyId.isPresent() || read.roleArn.isPresent(), "has neither access_key_id nor role_arn");
            SecretMembers.require(
                    read.roleArn.isEmpty() || RoleArn.isOne(read.roleArn.get()),
                    "has a role_arn that is not the ARN of a role");
            return read;
        }

        @Override
        public void close() {
            accessKeyId.ifPresent(SensitiveBytes::close);
            secretAccessKey.ifPresent(SensitiveBytes::close);
            sessionToken.ifPresent(SensitiveBytes::close);
        }
    }

    /** {@code service_account_json}: the file of a service account's key, as Google gives it. No other kind of file is taken: those lead to addresses and programs of their own. */
    record Gcs(SensitiveBytes serviceAccountJson) implements StoreCredentials {
        private static Gcs of(Map<String, SensitiveBytes> members) {
            return new Gcs(taken(members, "service_account_json")
                    .orElseThrow(() -> SecretMembers.refusal("lacks the member service_account_json")));
        }

        @Override
        public void close() {
            serviceAccountJson.close();
        }
    }

    /**
     * One of {@code account_key}, {@code sas_token}, {@code connection_string}, or all of {@code tenant_id}, {@code client_id} and {@code client_secret}; with {@code account_name}, unless the
     * destination or the connection string has it.
     *
     * @param accountName absent when the destination must have it
     * @param way how to prove who one is
     */
    record AzureBlob(Optional<String> accountName, Way way) implements StoreCredentials {
        private static final Pattern ID = Pattern.compile("[A-Za-z0-9.-]{1,128}");

        private static AzureBlob of(Map<String, SensitiveBytes> members) {
            Optional<String> account = taken(members, "account_name").map(StoreCredentials::revealed);
            SecretMembers.require(
                    account.isEmpty() || Destination.AzureBlob.isAccount(account.get()),
                    "has an account_name that is not the name of a storage account");
            Optional<Way> way = Optional.empty();
            int ways = 0;
            for (String name : new String[] {"account_key", "sas_token", "connection_string", "client_secret"}) {
                Optional<SensitiveBytes> value = taken(members, name);
                if (value.isPresent()) {
                    ways++;
                    way = Optional.of(way(name, value.get(), members));
                }
            }
            SecretMembers.require(
                    ways == 1, "must have one of account_key, sas_token, connection_string and client_secret");
            return new AzureBlob(account, way.orElseThrow());
        }

        private static Way way(String name, SensitiveBytes value, Map<String, SensitiveBytes> members) {
            return switch (name) {
                case "account_key" -> new Way.AccountKey(value);
                case "sas_token" -> new Way.SasToken(value);
                case "connection_string" -> new Way.ConnectionString(value);
                default -> new Way.Client(id(members, "tenant_id"), id(members, "client_id"), value);
            };
        }

        private static String id(Map<String, SensitiveBytes> members, String name) {
            return taken(members, name)
                    .map(StoreCredentials::revealed)
                    .filter(text -> ID.matcher(text).matches())
                    .orElseThrow(() -> SecretMembers.refusal("has a client_secret without a well-formed " + name));
        }

        @Override
        public void close() {
            switch (way) {
                case Way.AccountKey(SensitiveBytes key) -> key.close();
                case Way.SasToken(SensitiveBytes token) -> token.close();
                case Way.ConnectionString(SensitiveBytes text) -> text.close();
                case Way.Client client -> client.secret().close();
            }
        }

        /** How to prove to Azure who one is. */
        public sealed interface Way {
            /** The account's own key, in Base64. */
            record AccountKey(SensitiveBytes key) implements Way {}

            /** A shared access signature: the query, with or without the question mark. */
            record SasToken(SensitiveBytes token) implements Way {}

            /** {@code AccountName=…;AccountKey=…}, as the portal shows it. */
            record ConnectionString(SensitiveBytes text) implements Way {}

            /** An application of Entra ID. */
            record Client(String tenantId, String clientId, SensitiveBytes secret) implements Way {}
        }
    }

    /** A copy as text, for a library that takes nothing else. */
    static String revealed(SensitiveBytes value) {
        return new String(value.expose(), StandardCharsets.UTF_8);
    }

    private static Optional<SensitiveBytes> taken(Map<String, SensitiveBytes> members, String name) {
        return Optional.ofNullable(members.get(name));
    }
}
