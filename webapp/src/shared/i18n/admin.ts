import en from "./en/admin.json";
import { addTexts } from "./later";
import ru from "./ru/admin.json";

addTexts({ ru, en });
