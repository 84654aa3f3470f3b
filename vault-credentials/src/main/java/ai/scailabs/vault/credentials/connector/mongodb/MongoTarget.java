package ai.scailabs.vault.credentials.connector.mongodb;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.MongoRoles;
import ai.scailabs.vault.credentials.connector.RootAccess;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * Users of MongoDB, who log in by SCRAM-SHA-256. Roles' users are in the database that the role says; those whose passwords are changed are where the root login is. There is no end that it
 * would keep, and nothing that a user owns.
 */
public final class MongoTarget implements Target {
    private static final String SCRAM = "SCRAM-SHA-256";
    private static final String ADMIN = "admin";
    private static final int USER_NOT_FOUND = 11;
    private static final int UNAUTHORIZED = 13;
    private static final int ROLE_NOT_FOUND = 31;
    private static final int COMMAND_NOT_FOUND = 59;
    private static final int NOBODYS_BYTES = 32;

    private final TargetConfig config;
    private final TargetNetwork network;
    private final SecureRandom random;
    private final RootAccess root;

    /** @param root becomes the target's */
    public MongoTarget(TargetConfig config, Login root, TargetNetwork network, SecureRandom random) {
        this.config = config;
        this.network = network;
        this.random = random;
        this.root = new RootAccess(root, network.limits());
    }

    @Override
    public void verify(Login login) throws TargetException {
        root.use(_ -> with(login, commands -> commands.run(ADMIN, "ping", 1)));
    }

    @Override
    public void create(Account account, SensitiveBytes password, Instant expires, Statements statements)
            throws TargetException {
        MongoRoles roles = roles(statements);
        BsonDocument user = new BsonDocument("createUser", new BsonString(account.name()))
                .append("pwd", text(password))
                .append("roles", array(roles))
                .append("mechanisms", mechanisms());
        try {
            work(commands -> commands.change(roles.database(), user));
        } catch (TargetException refused) {
            throw String.valueOf(ROLE_NOT_FOUND).equals(refused.code())
                    ? refused.in(Statements.CREATION + "[0]")
                    : refused;
        }
    }

    /** Nothing, as there is no end to move. */
    @Override
    public void renew(Account account, Instant expires, Statements statements) {
        roles(statements);
    }

    /**
     * What an open connection asks for is held against the user as it is at that moment, so that the first of these is enough for all that comes after it; what is under way ends with the
     * sessions.
     */
    @Override
    public void revoke(Account account, Statements statements) throws TargetException {
        String database = roles(statements).database();
        BsonString name = new BsonString(account.name());
        if (root.isRoot(account.name())) {
            throw new TargetException(TargetFailure.NOT_PERMITTED);
        }
        BsonDocument locked = new BsonDocument("updateUser", name)
                .append("pwd", nobodys())
                .append("roles", new BsonArray())
                .append("mechanisms", mechanisms());
        BsonDocument sessions = new BsonDocument(
                "killAllSessions",
                new BsonArray(List.of(new BsonDocument("user", name).append("db", new BsonString(database)))));
        work(commands -> {
            // 1. Of no use, however the rest goes. Who may delete users need not be allowed to take all their roles.
            if (commands.change(database, locked, Set.of(USER_NOT_FOUND, UNAUTHORIZED)) == USER_NOT_FOUND) {
                return null;
            }
            // 2. What runs is ended, where there is such a command and this login may use it.
            commands.run(ADMIN, sessions, Set.of(COMMAND_NOT_FOUND, UNAUTHORIZED));
            // 3. The user.
            commands.change(database, new BsonDocument("dropUser", name), Set.of(USER_NOT_FOUND));
            return null;
        });
    }

    @Override
    public void rollback(Account account, Statements statements) throws TargetException {
        revoke(account, statements);
    }

    /** Where the root login is. */
    @Override
    public boolean exists(Account account) throws TargetException {
        BsonDocument user = new BsonDocument("user", new BsonString(account.name()))
                .append("db", new BsonString(config.database()));
        BsonDocument asked = new BsonDocument("usersInfo", user);
        return work(commands -> !commands.run(config.database(), asked)
                .getArray("users", new BsonArray())
                .isEmpty());
    }

    @Override
    public void setPassword(String user, SensitiveBytes password) throws TargetException {
        BsonDocument changed = new BsonDocument("updateUser", new BsonString(user)).append("pwd", text(password));
        work(commands -> commands.change(config.database(), changed));
        root.changed(user, password);
    }

    @Override
    public void close() {
        root.close();
    }

    private static MongoRoles roles(Statements statements) {
        if (statements instanceof MongoRoles roles) {
            return roles;
        }
        throw new IllegalArgumentException("these are no roles of MongoDB");
    }

    private static BsonArray array(MongoRoles roles) {
        BsonArray array = new BsonArray();
        for (MongoRoles.Grant grant : roles.grants()) {
            String database = grant.database() == null ? roles.database() : grant.database();
            array.add(new BsonDocument("role", new BsonString(grant.role())).append("db", new BsonString(database)));
        }
        return array;
    }

    private static BsonArray mechanisms() {
        return new BsonArray(List.of(new BsonString(SCRAM)));
    }

    /** The driver takes nothing that could be wiped. */
    private static BsonString text(SensitiveBytes password) {
        return new BsonString(new String(password.expose(), StandardCharsets.UTF_8));
    }

    /** A password that is forgotten here and now. */
    private BsonString nobodys() {
        byte[] made = new byte[NOBODYS_BYTES];
        random.nextBytes(made);
        return new BsonString(HexFormat.of().formatHex(made));
    }

    private <T extends @Nullable Object> T work(MongoCommands.Work<T> work) throws TargetException {
        return root.use(login -> with(login, work));
    }

    private <T extends @Nullable Object> T with(Login login, MongoCommands.Work<T> work) throws TargetException {
        return MongoCommands.during(config, network, login, work);
    }
}
