package ai.scailabs.vault.api.request;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A handler that takes no token, reveals nothing of a tenant, changes nothing and is not audited. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface PublicEndpoint {
    PathCategory category() default PathCategory.SYSTEM;
}
