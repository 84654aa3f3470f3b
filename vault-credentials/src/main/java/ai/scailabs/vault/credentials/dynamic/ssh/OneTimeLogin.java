package ai.scailabs.vault.credentials.dynamic.ssh;

import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a password is good for.
 *
 * @param user as whom to log in
 * @param ip of the server
 */
public record OneTimeLogin(String user, String ip) {
    private static final String USER = "username";
    private static final String IP = "ip";

    /** To be kept with the lease. */
    static RoleRecipe kept(String user, String server) {
        return new RoleRecipe(
                JsonMapper.shared().createObjectNode().put(USER, user).put(IP, server));
    }

    /** The reverse. */
    public static OneTimeLogin of(RoleRecipe kept) {
        return new OneTimeLogin(
                kept.members().path(USER).asString(), kept.members().path(IP).asString());
    }
}
