package ai.scailabs.vault.credentials.dynamic.aws;

import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.aws.AwsAccounts;
import ai.scailabs.vault.credentials.connector.aws.AwsKeys;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.LeasedAccount;
import ai.scailabs.vault.credentials.dynamic.MintRequest;
import ai.scailabs.vault.credentials.dynamic.NewCredential;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Users and sessions of one account. */
final class AwsSource implements CredentialSource {
    private static final JsonMapper JSON = JsonMapper.shared();
    /** IAM takes 64 of a user, STS 32 of a federated one. */
    private static final int LONGEST_NAME = 32;
    /** STS gives none for less, nor for more. */
    private static final Duration SHORTEST_SESSION = Duration.ofMinutes(15);

    private static final Duration LONGEST_ROLE = Duration.ofHours(12);
    private static final Duration LONGEST_SESSION = Duration.ofHours(36);

    private final AwsAccounts accounts;
    private final AccountNames names;

    /** @param accounts become this one's */
    AwsSource(AwsAccounts accounts, AccountNames names) {
        this.accounts = accounts;
        this.names = names;
    }

    @Override
    public void verify() throws TargetException {
        accounts.verify();
    }

    @Override
    public NewCredential prepare(MintRequest request) {
        AwsRole role = AwsRole.parse(request.recipe().members());
        ObjectMembers members = new ObjectMembers(request.members());
        String arn = role.type() == AwsRole.Type.ASSUMED_ROLE ? chosen(role, members.text("role_arn")) : null;
        members.requireNothingElse();
        if (role.type().isSession()) {
            requireSession(role, request.ttl());
        }
        return new NewCredential(
                names.next(LONGEST_NAME, request.role()),
                request.recipe(),
                !role.type().isSession(),
                lease -> create(role, arn, request.ttl(), lease));
    }

    private static String chosen(AwsRole role, @Nullable String wanted) {
        if (wanted == null && role.roleArns().size() > 1) {
            throw VaultException.invalidField("role_arn", "is required, as the role has several");
        }
        String arn = wanted == null ? role.roleArns().getFirst() : wanted;
        if (!role.roleArns().contains(arn)) {
            throw new VaultException(
                    ErrorCode.NAME_NOT_ALLOWED, "role_arn is not allowed by the role", Map.of("field", "role_arn"));
        }
        return arn;
    }

    private static void requireSession(AwsRole role, Duration ttl) {
        Duration longest = role.type() == AwsRole.Type.ASSUMED_ROLE ? LONGEST_ROLE : LONGEST_SESSION;
        if (ttl.compareTo(SHORTEST_SESSION) < 0 || ttl.compareTo(longest) > 0) {
            throw VaultException.invalidField(
                    "ttl", "must be between 15m and " + longest.toHours() + "h, as AWS gives sessions");
        }
    }

    private SensitiveBytes create(AwsRole role, @Nullable String arn, Duration ttl, LeasedAccount lease)
            throws TargetException {
        String name = lease.account().name();
        try (AwsKeys keys = switch (role.type()) {
            case IAM_USER -> accounts.createUser(name, role.userPath(), role.rights(), lease.lease());
            case ASSUMED_ROLE ->
                accounts.assumeRole(Objects.requireNonNull(arn), role.externalId(), name, ttl, role.rights());
            case FEDERATION_TOKEN -> accounts.federationToken(name, ttl, role.rights());
            case SESSION_TOKEN -> accounts.sessionToken(ttl);
        }) {
            return answer(keys);
        }
    }

    private static SensitiveBytes answer(AwsKeys keys) {
        ObjectNode data = JSON.createObjectNode()
                .put("access_key_id", keys.accessKeyId())
                .put("secret_access_key", text(keys.secretAccessKey()));
        SensitiveBytes session = keys.sessionToken();
        if (session != null) {
            data.put("session_token", text(session));
        }
        Instant end = keys.expiresAt();
        if (end != null) {
            data.put("expiration", end.toString());
        }
        return SensitiveBytes.owning(JSON.writeValueAsBytes(data));
    }

    private static String text(SensitiveBytes bytes) {
        return new String(bytes.expose(), StandardCharsets.UTF_8);
    }

    /** IAM knows no end of a user. */
    @Override
    public void renew(LeasedAccount lease, Instant until) {}

    @Override
    public boolean endsByItself(LeasedAccount lease) {
        return AwsRole.parse(lease.recipe().members()).type().isSession();
    }

    @Override
    public void revoke(LeasedAccount lease) throws TargetException {
        if (!endsByItself(lease)) {
            accounts.deleteUser(lease.account().name());
        }
    }

    @Override
    public void rollback(LeasedAccount lease) throws TargetException {
        revoke(lease);
    }

    @Override
    public void close() {
        accounts.close();
    }
}
