import { registry } from "@web/core/registry";
import { AceField, aceField } from "@web/views/fields/ace/ace_field";

/** Told on the bus of the form at every key: the record itself hears of it when the editor is left. */
export const TYPED = "LOGISTICS_PROFILE_TYPED";

/** The text of a profile, which tells what is typed while it is typed. */
export class ProfileTextField extends AceField {
    static template = "logistics_carrier_connector.ProfileTextField";

    handleChange(text) {
        super.handleChange(text);
        this.props.record.model.bus.trigger(TYPED, { text });
    }
}

registry.category("fields").add("logistics_profile_text", {
    ...aceField,
    component: ProfileTextField,
    additionalClasses: ["o_field_code"],
});
