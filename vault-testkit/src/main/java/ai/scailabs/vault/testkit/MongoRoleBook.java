package ai.scailabs.vault.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what, by the few roles that tests need and as MongoDB's manual has them. As there, a command is held against the user as it is at that moment, and an open connection of one that is
 * gone may do what anybody may. Thread-safe.
 */
final class MongoRoleBook {
    private static final Set<String> FOR_ALL = Set.of(
            "hello",
            "isMaster",
            "ismaster",
            "saslStart",
            "saslContinue",
            "ping",
            "endSessions",
            "connectionStatus",
            "buildInfo");
    private static final Set<String> KNOWN =
            Set.of("root", "userAdminAnyDatabase", "userAdmin", "hostManager", "read", "readWrite");
    private static final String EVERYTHING = "root";

    private final Map<String, BsonArray> users = new ConcurrentHashMap<>();
    private final List<String> more = new CopyOnWriteArrayList<>();

    /** @param root of the database {@code admin} */
    MongoRoleBook(String root) {
        BsonDocument everything =
                new BsonDocument("role", new BsonString(EVERYTHING)).append("db", new BsonString("admin"));
        users.put("admin." + root, new BsonArray(List.of(everything)));
    }

    static boolean isForAll(String command) {
        return FOR_ALL.contains(command);
    }

    static BsonDocument error(int code, String name) {
        return new BsonDocument("ok", new BsonDouble(0))
                .append("errmsg", new BsonString("refused: " + name))
                .append("code", new BsonInt32(code))
                .append("codeName", new BsonString(name));
    }

    void add(String role) {
        more.add(role);
    }

    Standing connected() {
        return new Standing();
    }

    private boolean has(@Nullable String user, String database, Set<String> any) {
        return user != null
                && users.getOrDefault(user, new BsonArray()).stream()
                        .map(BsonValue::asDocument)
                        .anyMatch(role -> any.contains(role.getString("role").getValue()) && isOf(role, database));
    }

    private static boolean isOf(BsonDocument role, String database) {
        String name = role.getString("role").getValue();
        return Set.of(EVERYTHING, "userAdminAnyDatabase", "hostManager").contains(name)
                || role.getString("db").getValue().equals(database);
    }

    private boolean areKnown(BsonArray roles) {
        return roles.stream()
                .map(role -> role.asDocument().getString("role").getValue())
                .allMatch(role -> KNOWN.contains(role) || more.contains(role));
    }

    /** Of one connection. Not thread-safe. */
    final class Standing {
        private @Nullable String asked;
        private @Nullable String user;

        /** What the command is answered in the place of the server; absent where that is to answer. */
        @Nullable
        BsonDocument refusal(BsonDocument command) {
            String name = command.getFirstKey();
            String database = command.getString("$db").getValue();
            boolean allowed = isForAll(name)
                    || switch (name) {
                        case "createUser", "dropUser", "usersInfo" ->
                            has(user, database, Set.of(EVERYTHING, "userAdminAnyDatabase", "userAdmin"));
                        // Taking roles away is for those who may do so in every database.
                        case "updateUser" ->
                            has(user, database, Set.of(EVERYTHING, "userAdminAnyDatabase"))
                                    || (!command.containsKey("roles") && has(user, database, Set.of("userAdmin")));
                        case "killAllSessions" -> has(user, database, Set.of(EVERYTHING, "hostManager"));
                        case "find" -> has(user, database, Set.of(EVERYTHING, "read", "readWrite"));
                        default -> has(user, database, Set.of(EVERYTHING));
                    };
            if (!allowed) {
                return error(13, "Unauthorized");
            }
            if (command.containsKey("roles") && !areKnown(command.getArray("roles"))) {
                return error(31, "RoleNotFound");
            }
            return name.equals("killAllSessions") ? new BsonDocument("ok", new BsonDouble(1)) : null;
        }

        /** A greeting may have the first step of a login in it. */
        void greets(BsonDocument hello) {
            if (hello.get("speculativeAuthenticate") instanceof BsonDocument first) {
                asked = first.getString("db").getValue() + "." + who(first);
            }
        }

        /** Takes note of what the server has done. */
        void answered(BsonDocument command, BsonDocument answer) {
            if (!answer.getNumber("ok", new BsonInt32(0)).equals(new BsonDouble(1))) {
                return;
            }
            String name = command.getFirstKey();
            String database = command.getString("$db").getValue();
            switch (name) {
                case "createUser", "updateUser" -> {
                    if (command.containsKey("roles")) {
                        users.put(
                                database + "." + command.getString(name).getValue(),
                                command.getArray("roles").clone());
                    }
                }
                case "dropUser" ->
                    users.remove(database + "." + command.getString(name).getValue());
                case "saslStart" -> asked = database + "." + who(command);
                case "saslContinue" -> {
                    if (answer.getBoolean("done", BsonBoolean.FALSE).getValue()) {
                        user = asked;
                    }
                }
                default -> {}
            }
        }

        /** RFC 5802, section 7: {@code n,,n=user,r=nonce}. */
        private static String who(BsonDocument saslStart) {
            String first = new String(saslStart.getBinary("payload").getData(), StandardCharsets.UTF_8);
            String name = first.split(",", -1)[2].substring(2);
            return name.replace("=2C", ",").replace("=3D", "=");
        }
    }
}
