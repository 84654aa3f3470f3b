package ai.scailabs.vault.api.request;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A handler that takes no token, reveals nothing of a tenant, changes nothing and is not audited. In a category that has a limit, callers are counted by their address. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface PublicEndpoint {
    PathCategory category() default PathCategory.SYSTEM;
}
