package ai.scailabs.vault.credentials.dynamic.database;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.LeasedAccount;
import ai.scailabs.vault.credentials.dynamic.MintRequest;
import ai.scailabs.vault.credentials.dynamic.NewCredential;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.credentials.recipe.MadeValues;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Accounts of one database. */
final class DatabaseSource implements CredentialSource {
    private static final Account NOBODY = new Account("scaivault_nobody");

    private final TargetType type;
    private final Target target;
    private final MadeValues values;
    private final AccountNames names;

    /** @param target becomes this one's */
    DatabaseSource(TargetType type, Target target, MadeValues values, AccountNames names) {
        this.type = type;
        this.target = target;
        this.values = values;
        this.names = names;
    }

    static Statements statements(TargetType type, RoleRecipe recipe) {
        return Statements.parse(
                type,
                texts(recipe, Statements.CREATION),
                texts(recipe, Statements.RENEW),
                texts(recipe, Statements.REVOCATION),
                texts(recipe, Statements.ROLLBACK));
    }

    private static List<String> texts(RoleRecipe recipe, String field) {
        List<String> texts = new ArrayList<>();
        recipe.members().path(field).forEach(each -> texts.add(each.asString()));
        return texts;
    }

    private Statements statements(LeasedAccount lease) {
        return statements(type, lease.recipe());
    }

    @Override
    public void verify() throws TargetException {
        target.exists(NOBODY);
    }

    @Override
    public NewCredential prepare(MintRequest request) {
        new ObjectMembers(request.members()).requireNothingElse();
        return new NewCredential(names.next(type, request.role()), request.recipe(), true, this::create);
    }

    private SensitiveBytes create(LeasedAccount lease) throws TargetException {
        try (SensitiveBytes password = values.password()) {
            target.create(lease.account(), password, lease.expiresAt(), statements(lease));
            return data(lease.account(), password);
        }
    }

    /** Names of accounts and passwords that are made here need no escape. */
    private static SensitiveBytes data(Account account, SensitiveBytes password) {
        byte[] before =
                ("{\"username\":\"" + account.name() + "\",\"password\":\"").getBytes(StandardCharsets.US_ASCII);
        byte[] after = {'"', '}'};
        byte[] secret = password.expose();
        byte[] whole = new byte[before.length + secret.length + after.length];
        System.arraycopy(before, 0, whole, 0, before.length);
        System.arraycopy(secret, 0, whole, before.length, secret.length);
        System.arraycopy(after, 0, whole, before.length + secret.length, after.length);
        return SensitiveBytes.owning(whole);
    }

    @Override
    public void renew(LeasedAccount lease, Instant until) throws TargetException {
        target.renew(lease.account(), until, statements(lease));
    }

    @Override
    public void revoke(LeasedAccount lease) throws TargetException {
        target.revoke(lease.account(), statements(lease));
    }

    @Override
    public void rollback(LeasedAccount lease) throws TargetException {
        target.rollback(lease.account(), statements(lease));
    }

    @Override
    public void close() {
        target.close();
    }
}
