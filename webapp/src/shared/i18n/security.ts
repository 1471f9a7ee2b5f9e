import en from "./en/security.json";
import { addTexts } from "./later";
import ru from "./ru/security.json";

addTexts({ ru, en });
