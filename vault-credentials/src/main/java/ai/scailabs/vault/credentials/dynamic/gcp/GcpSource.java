package ai.scailabs.vault.credentials.dynamic.gcp;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.gcp.GcpAccounts;
import ai.scailabs.vault.credentials.connector.gcp.GcpToken;
import ai.scailabs.vault.credentials.connector.gcp.PublicKeys;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.LeasedAccount;
import ai.scailabs.vault.credentials.dynamic.MintRequest;
import ai.scailabs.vault.credentials.dynamic.NewCredential;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Tokens and keys of service accounts, as one that may. */
final class GcpSource implements CredentialSource {
    /** Of the lease of a key: its public part, by which it is found again, wherever its making broke off. */
    private static final String DIGEST = "public_key_sha256";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LONGEST_NAME = 63;
    /** How long a key that was uploaded may be missing in lists of Google. */
    private static final Duration UNLISTED = Duration.ofMinutes(3);

    private final GcpAccounts accounts;
    private final AccountKeys keys;
    private final AccountNames names;
    private final Clock clock;

    GcpSource(GcpAccounts accounts, AccountKeys keys, AccountNames names, Clock clock) {
        this.accounts = accounts;
        this.keys = keys;
        this.names = names;
        this.clock = clock;
    }

    @Override
    public void verify() throws TargetException {
        accounts.verify();
    }

    @Override
    public NewCredential prepare(MintRequest request) {
        GcpRole role = GcpRole.parse(request.recipe().members());
        new ObjectMembers(request.members()).requireNothingElse();
        Account account = names.next(LONGEST_NAME, request.role());
        if (!role.isToken()) {
            return newKey(role, account, keys.next());
        }
        if (request.ttl().compareTo(role.longest()) > 0) {
            throw VaultException.invalidField(
                    "ttl", "must be at most " + role.longest().toHours() + "h, as Google gives tokens of this role");
        }
        // Nobody takes it away, or moves its end.
        return new NewCredential(
                account, new RoleRecipe(role.described()), false, lease -> createToken(role, request.ttl()));
    }

    private SensitiveBytes createToken(GcpRole role, Duration ttl) throws TargetException {
        try (GcpToken token = accounts.accessToken(role.email(), role.scopes(), ttl)) {
            return SensitiveBytes.owning(JSON.writeValueAsBytes(JSON.createObjectNode()
                    .put("access_token", new String(token.value().expose(), StandardCharsets.UTF_8))
                    .put("expiration", token.expiresAt().toString())));
        } catch (TargetException refused) {
            throw refused.failure() == TargetFailure.STATEMENT_REFUSED ? refused.in(fault(role, refused)) : refused;
        }
    }

    /** Which member of the role it is likely to be. */
    private static String fault(GcpRole role, TargetException refused) {
        if ("404".equals(refused.code())) {
            return GcpRole.EMAIL;
        }
        return role.extended() ? GcpRole.EXTENDED : GcpRole.SCOPES;
    }

    /** Over by itself when its lease can be renewed no more: the end of a key stays. */
    private NewCredential newKey(GcpRole role, Account account, KeyPair pair) {
        ObjectNode kept = role.described().put(DIGEST, PublicKeys.digest(pair.getPublic()));
        return new NewCredential(account, new RoleRecipe(kept), true, lease -> createKey(role, pair, lease));
    }

    private SensitiveBytes createKey(GcpRole role, KeyPair pair, LeasedAccount lease) throws TargetException {
        return AccountKeys.file(
                pair, accounts.uploadKey(role.email(), keys.certificate(pair, lease), GcpRole.EMAIL), role.email());
    }

    /** There it has the latest end already. */
    @Override
    public void renew(LeasedAccount lease, Instant until) {}

    @Override
    public boolean endsByItself(LeasedAccount lease) {
        return !lease.recipe().members().has(DIGEST);
    }

    @Override
    public void revoke(LeasedAccount lease) throws TargetException {
        if (!endsByItself(lease)) {
            ObjectNode kept = lease.recipe().members();
            accounts.deleteKey(
                    kept.path(GcpRole.EMAIL).asString(""),
                    kept.path(DIGEST).asString(""),
                    lease.issuedAt().plus(UNLISTED).isAfter(clock.instant()));
        }
    }

    @Override
    public void rollback(LeasedAccount lease) throws TargetException {
        revoke(lease);
    }

    /** Each request has a connection of its own. */
    @Override
    public void close() {}
}
