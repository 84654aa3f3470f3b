package ai.scailabs.vault.federation.google;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How Google names secrets and versions of one project and region. What is asked for by the project's id may be answered by its number. */
final class GoogleNames {
    static final String LATEST = "latest";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,255}");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_-]{0,255}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}");
    private static final Pattern RESOURCE =
            Pattern.compile("projects/(?<project>[^/]+)(?:/locations/(?<location>[^/]+))?"
                    + "/secrets/(?<secret>[^/]+)(?:/versions/(?<version>[1-9][0-9]{0,8}))?");

    private final String project;
    private final @Nullable String location;

    GoogleNames(BackendConfig.Google config) {
        this.project = config.projectId();
        this.location = config.location();
    }

    static void requireName(String name) throws RemoteException {
        if (!NAME.matcher(name).matches()) {
            throw new RemoteException(RemoteFailure.NOT_FOUND, "no secret can have that name there");
        }
    }

    static boolean isPrefix(String text) {
        return PREFIX.matcher(text).matches();
    }

    String parent() {
        return "projects/" + project + (location == null ? "" : "/locations/" + location);
    }

    /** Whether secrets lie in one region, and are not spread. */
    boolean isRegional() {
        return location != null;
    }

    String secret(String name) {
        return parent() + "/secrets/" + name;
    }

    /** @param version a number, or {@link #LATEST} */
    String version(String name, String version) {
        return secret(name) + "/versions/" + version;
    }

    /** The name within that of a secret; empty when it is one of another place. */
    Optional<String> nameOf(String resource) {
        Matcher form = RESOURCE.matcher(resource);
        return isHere(form)
                        && form.group("version") == null
                        && NAME.matcher(form.group("secret")).matches()
                ? Optional.of(form.group("secret"))
                : Optional.empty();
    }

    /** The number within that of a version of this secret. */
    int numberOf(String resource, String name) throws RemoteException {
        Matcher form = RESOURCE.matcher(resource);
        if (!isHere(form) || !name.equals(form.group("secret")) || form.group("version") == null) {
            throw Unanswered.notUnderstood("another version than was asked for");
        }
        return Integer.parseInt(form.group("version"));
    }

    private boolean isHere(Matcher form) {
        return form.matches()
                && (form.group("project").equals(project)
                        || NUMBER.matcher(form.group("project")).matches()
                        || NUMBER.matcher(project).matches())
                && Objects.equals(location, form.group("location"));
    }
}
