package ai.scailabs.vault.credentials.dynamic.azure;

import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.azure.AzureAccounts;
import ai.scailabs.vault.credentials.connector.azure.AzureSecret;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.LeasedAccount;
import ai.scailabs.vault.credentials.dynamic.MintRequest;
import ai.scailabs.vault.credentials.dynamic.NewCredential;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;

/** Passwords and service principals of one tenant of Entra ID. */
final class AzureSource implements CredentialSource {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LONGEST_NAME = 63;
    /** How long what was made may be missing in lists of Entra ID. */
    private static final Duration UNLISTED = Duration.ofMinutes(3);

    private final AzureAccounts accounts;
    private final AccountNames names;
    private final Clock clock;

    /** @param accounts become this one's */
    AzureSource(AzureAccounts accounts, AccountNames names, Clock clock) {
        this.accounts = accounts;
        this.names = names;
        this.clock = clock;
    }

    @Override
    public void verify() throws TargetException {
        accounts.verify();
    }

    @Override
    public NewCredential prepare(MintRequest request) {
        AzureRole role = AzureRole.parse(request.recipe().members());
        new ObjectMembers(request.members()).requireNothingElse();
        // Its end at Entra ID, which does not move that of a password, is the latest to which the lease can be renewed.
        return new NewCredential(
                names.next(LONGEST_NAME, request.role()),
                new RoleRecipe(role.described()),
                true,
                lease -> create(role, lease));
    }

    private SensitiveBytes create(AzureRole role, LeasedAccount lease) throws TargetException {
        String name = lease.account().name();
        Instant end = lease.latestAt();
        String application = role.application();
        try (AzureSecret secret = application != null
                ? accounts.addPassword(application, name, end, AzureRole.APPLICATION)
                : accounts.createPrincipal(name, role.rights(), end, "ScaiVault " + lease.lease())) {
            return SensitiveBytes.owning(JSON.writeValueAsBytes(JSON.createObjectNode()
                    .put("tenant_id", secret.tenantId())
                    .put("client_id", secret.clientId())
                    .put("client_secret", new String(secret.value().expose(), StandardCharsets.UTF_8))));
        }
    }

    /** There it has the latest end already. */
    @Override
    public void renew(LeasedAccount lease, Instant until) {}

    @Override
    public void revoke(LeasedAccount lease) throws TargetException {
        AzureRole role = AzureRole.parse(lease.recipe().members());
        String name = lease.account().name();
        boolean justMade = lease.issuedAt().plus(UNLISTED).isAfter(clock.instant());
        String application = role.application();
        if (application != null) {
            accounts.removePassword(application, name, justMade);
        } else {
            accounts.deletePrincipal(name, role.rights(), justMade);
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
