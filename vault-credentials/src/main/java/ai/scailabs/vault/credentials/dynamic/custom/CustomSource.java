package ai.scailabs.vault.credentials.dynamic.custom;

import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.LeasedAccount;
import ai.scailabs.vault.credentials.dynamic.MintRequest;
import ai.scailabs.vault.credentials.dynamic.NewCredential;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One service, by calls of one form. */
final class CustomSource implements CredentialSource {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LONGEST_NAME = 63;

    private final String engine;
    private final SignedCalls calls;
    private final AccountNames names;

    /** @param calls become this one's */
    CustomSource(String engine, SignedCalls calls, AccountNames names) {
        this.engine = engine;
        this.calls = calls;
        this.names = names;
    }

    @Override
    public void verify() throws TargetException {
        String body = JSON.createObjectNode()
                .put("version", 1)
                .put("action", "check")
                .put("engine", engine)
                .toString();
        Arrays.fill(calls.post(body, UUID.randomUUID().toString()), (byte) 0);
    }

    @Override
    public NewCredential prepare(MintRequest request) {
        new ObjectMembers(request.members()).requireNothingElse();
        ObjectNode recipe = request.recipe().members();
        // With the name of the role, which whoever takes it away is told again.
        return new NewCredential(
                names.next(LONGEST_NAME, request.role()),
                new RoleRecipe(recipe.deepCopy().put("role", request.role())),
                recipe.path(CustomEngines.RENEWABLE).asBoolean(),
                this::create);
    }

    private SensitiveBytes create(LeasedAccount lease) throws TargetException {
        byte[] answer = ask("create", lease, lease.expiresAt());
        try {
            JsonNode data = JSON.readTree(answer).path("data");
            if (data instanceof ObjectNode object && !object.isEmpty()) {
                return SensitiveBytes.owning(JSON.writeValueAsBytes(object));
            }
        } catch (JacksonException malformed) {
            // As any other answer without a credential; the cause would hold what there is of one.
        } finally {
            Arrays.fill(answer, (byte) 0);
        }
        throw new TargetException(TargetFailure.NOT_SUPPORTED);
    }

    private byte[] ask(String action, LeasedAccount lease, Instant until) throws TargetException {
        ObjectNode kept = lease.recipe().members();
        ObjectNode body = JSON.createObjectNode()
                .put("version", 1)
                .put("action", action)
                .put("engine", engine)
                .put("role", kept.path("role").asString(""))
                .put("lease", lease.lease())
                .put("account", lease.account().name())
                .put("issued_at", lease.issuedAt().toString())
                .put("expires_at", until.toString());
        body.set(CustomEngines.PARAMETERS, kept.path(CustomEngines.PARAMETERS));
        return calls.post(body.toString(), lease.lease() + "/" + action + "/" + until.toEpochMilli());
    }

    private void tell(String action, LeasedAccount lease, Instant until) throws TargetException {
        Arrays.fill(ask(action, lease, until), (byte) 0);
    }

    @Override
    public void renew(LeasedAccount lease, Instant until) throws TargetException {
        tell("renew", lease, until);
    }

    @Override
    public void revoke(LeasedAccount lease) throws TargetException {
        tell("revoke", lease, lease.expiresAt());
    }

    @Override
    public void rollback(LeasedAccount lease) throws TargetException {
        tell("rollback", lease, lease.expiresAt());
    }

    @Override
    public void close() {
        calls.close();
    }
}
